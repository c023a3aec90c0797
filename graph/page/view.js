// --- tabs, sorting, keys -----------------------------------------------------------------------------------

fillChoice();
const tabs = [...document.querySelectorAll("[role=tab]")];

function select(tab) {
  for (const one of tabs) {
    const on = one === tab;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = !on;
  }
  if (tab.id === "tab-focus") drawFocus();
  if (tab.id === "tab-map") openMap();
}

function sort(header) {
  const column = header.cellIndex;
  const down = header.getAttribute("aria-sort") !== "descending";
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  const body = header.closest("table").tBodies[0];
  const key = (row) => Number(row.cells[column].dataset.sort);
  const rank = (row) => Number(row.cells[0].textContent);
  const order = (a, b) => (down ? key(b) - key(a) : key(a) - key(b)) || rank(a) - rank(b);
  body.append(...[...body.rows].sort(order));
}

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  if (at("[role=tab]")) select(at("[role=tab]"));
  else if (at("thead button")) sort(at("th"));
  else if (at("dialog button")) document.querySelector("dialog").close();
  else if (at("#focus [data-node]")) {
    focused = at("[data-node]").dataset.node;
    drawFocus();
    showNode(focused, false);
  } else if (at("[data-node]")) showNode(at("[data-node]").dataset.node, false);
  else if (at(".edge[data-source]")) showEdge(at(".edge").dataset.source, at(".edge").dataset.target);
  else if (at("section svg")) clear();
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[role=tab]");
  const node = event.target.closest("svg [data-node]");
  if (tab && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    const step = event.key === "ArrowRight" ? 1 : tabs.length - 1;
    const next = tabs[(tabs.indexOf(tab) + step) % tabs.length];
    select(next);
    next.focus();
  } else if (node && ["Enter", " "].includes(event.key)) {
    event.preventDefault();
    const inFocus = node.closest("#focus");
    if (inFocus) {
      focused = node.dataset.node;
      drawFocus();
    }
    showNode(node.dataset.node, !inFocus);
  } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) clear();
});

// What the measures mean is printed, folded or not.
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll(".explained")) details.open = true;
});
form.addEventListener("input", refresh);
form.addEventListener("reset", () => setTimeout(refresh));
form.addEventListener("submit", (event) => event.preventDefault());
// A picture of very many, or one on a telephone, is harder to read than the table.
if (document.querySelectorAll("#table tbody tr").length > 100 || window.innerWidth < 700) select(tabs[1]);
