// Shows what marked words say without loading the whole policy again; every link works without this, too.
"use strict";

(() => {
  const text = document.querySelector(".text");
  const said = document.getElementById("said");
  let shown = location.search;
  const load = async (url) => {
    const answer = await fetch(url);
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    said.replaceChildren(...page.getElementById("said").childNodes);
    for (const mark of text.querySelectorAll(".chosen")) mark.classList.remove("chosen");
    for (const mark of page.querySelectorAll(".text .chosen")) document.getElementById(mark.id)?.classList.add("chosen");
    shown = new URL(url).search;
    return true;
  };
  text.addEventListener("click", async (event) => {
    const mark = event.target.closest("a.mark");
    if (!mark || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!(await load(mark.href))) location.assign(mark.href);
    else if (mark.href !== location.href) history.pushState(null, "", mark.href);
  });
  addEventListener("popstate", async () => {
    if (location.search !== shown && !(await load(location.href))) location.reload();
  });
})();
