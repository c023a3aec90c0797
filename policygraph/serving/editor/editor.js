// Puts the questions, prefixes and terms of this server into the editor.
"use strict";

(async () => {
  const { questions, prefixes, terms } = await (await fetch("library.json")).json();
  const wanted = location.hash.slice(1); // a link to a question ends in its name
  const endpoint = new URL("sparql", location.href).href;
  document.getElementById("endpoint").textContent = endpoint;

  // The completers that come with the editor ask servers elsewhere; this one knows what is here.
  const { Yasqe } = Yasgui;
  Yasqe.forkAutocompleter("class", {
    name: "policygraph",
    bulk: true,
    persistenceId: null,
    get: () => terms,
    isValidCompletionPosition: (yasqe) => /^(<|[\w-]+:)/.test(yasqe.getCompleteToken().string),
  });
  Yasqe.defaults.autocompleters = ["variables", "policygraph"];
  Yasqe.defaults.prefixCcApi = null;
  const head = Object.entries(prefixes).map(([name, iri]) => `PREFIX ${name}: <${iri}>`);
  const used = (sparql) => {
    const missing = head.filter((line) => {
      const name = line.split(" ")[1];
      return sparql.includes(name) && !new RegExp(`PREFIX\\s+${name}`, "i").test(sparql);
    });
    return [...missing, sparql].join("\n");
  };

  const first = used("SELECT DISTINCT ?company ?data WHERE {\n  ?c pg:collects ?d ; dpv:hasName ?company .\n  ?d skos:prefLabel ?data\n}\nLIMIT 100");
  const yasgui = new Yasgui(document.getElementById("editor"), {
    requestConfig: { endpoint },
    copyEndpointOnNewTab: false,
    yasqe: { value: first },
  });
  for (const tab of Object.values(yasgui._tabs)) tab.setEndpoint(endpoint);

  const select = document.getElementById("question");
  const groups = new Map();
  for (const { name, group, question } of questions) {
    if (!groups.has(group)) {
      const made = document.createElement("optgroup");
      made.label = group;
      groups.set(group, select.appendChild(made));
    }
    groups.get(group).append(new Option(question, name));
  }
  const ask = (question) => {
    const chosen = questions.find(({ name }) => name === question);
    if (!chosen) return;
    yasgui.addTab(true, { name: chosen.name, yasqe: { value: used(chosen.sparql) }, requestConfig: { endpoint } });
    yasgui.getTab().query().catch(() => {}); // the page shows what went wrong
  };
  select.addEventListener("change", () => ask(select.value));
  ask(wanted);
})();
