"use strict";
// What policies say comes in as JSON and goes out as text nodes only: nothing of it is ever read as HTML.

const { nodes, edges, texts: policies, policies: explorer, explained } = JSON.parse(
  document.getElementById("network").textContent,
);
const panel = document.getElementById("panel");
const form = document.querySelector("form.filters");
if (window.parent !== window) document.body.classList.add("within"); // the page around it has a title
const LISTS = [
  ["data", "Data"], ["purposes", "Purpose"], ["bases", "Basis"], ["roles", "Role"],
  ["services", "Through"], ["countries", "Country"], ["safeguards", "Safeguard"],
];

/** Return a new element with a class, attributes and children (elements or texts). */
function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

const TITLES = {
  reach: "Named by", far_reach: "Over policies", parts: "Parts without it", community: "Community",
  similarity: "Most similar", exposed_to: "Countries",
};

function plural(number, one, many) {
  return number === 1 ? `1 ${one}` : `${number} ${many}`;
}

// --- the panel ---------------------------------------------------------------------------------------------

function lists(said) {
  const list = make("dl");
  for (const [key, title] of LISTS) {
    if (said[key].length) list.append(make("dt", "", title), make("dd", "", said[key].join("; ")));
    else if (key === "purposes" || key === "bases") {
      list.append(make("dt", "", title), make("dd", "", make("span", "silent", "not stated")));
    }
  }
  return list;
}

/** Show a quote where it stands in its policy. Places are counted in characters, not in units of UTF-16. */
function showText(statement, quote) {
  const dialog = document.querySelector("dialog");
  const all = [...policies[statement.version]];
  const marked = make("mark", "", all.slice(quote.start, quote.end).join(""));
  const before = all.slice(0, quote.start).join("");
  dialog.querySelector("h2").textContent = statement.policy;
  dialog.querySelector(".text").replaceChildren(before, marked, all.slice(quote.end).join(""));
  dialog.showModal();
  marked.scrollIntoView({ block: "center" });
}

/** Return the place of a quote: a way to it, if there is the text, or an explorer that has it. */
function placed(statement, quote) {
  const place = `${quote.start}–${quote.end}`;
  if (policies[statement.version]) {
    const button = make("button", "link place", place);
    button.type = "button";
    button.title = "Read it in the policy";
    button.addEventListener("click", () => showText(statement, quote));
    return button;
  }
  const [, path] = statement.version.split("/policy/");
  if (!explorer || !path) return make("small", "place", place);
  const link = make("a", "place", place);
  link.href = `${explorer}${encodeURI(path)}?words=${quote.start}-${quote.end}#c${quote.start}`;
  link.target = "_top";
  return link;
}

function quotes(statement) {
  const byPlace = new Map();
  for (const quote of statement.quotes) {
    const place = `${quote.start}–${quote.end}`;
    if (!byPlace.has(place)) byPlace.set(place, { quote, says: [] });
    byPlace.get(place).says.push(`${quote.says}: ${quote.value}`);
  }
  return [...byPlace.values()].map(({ quote, says }) => {
    const small = make("small", "says", [...new Set(says)].join(", "));
    return make("blockquote", "", make("q", "", quote.quote), placed(statement, quote), small);
  });
}

function statements(edge) {
  return edge.statements.map((one) => {
    const may = one.possible ? " (may)" : "";
    return make("div", "statement", make("p", "policy", one.policy + may), lists(one), ...quotes(one));
  });
}

/** Return one edge as a part of the panel, under the name of its other end; filled when it is opened. */
function part(edge, other, open) {
  const details = make("details", "", make("summary", "", nodes[other].label));
  const fill = () => details.children.length > 1 || details.append(...statements(edge));
  details.addEventListener("toggle", fill);
  details.open = open;
  if (open) fill();
  return details;
}

/** Return what is measured of a node, with the sentences that explain it. */
function measures(node) {
  const told = [["reach", node.reach], ["far_reach", node.far_reach], ["parts", node.parts], ["community", node.community]];
  if (node.policy && node.most_similar) {
    told.push(["similarity", `${Math.round(node.similarity * 100)} % ${node.most_similar}`]);
  }
  if (node.exposed_to.length) told.push(["exposed_to", node.exposed_to.join("; ")]);
  const list = make("dl", "measures");
  for (const [name, value] of told) {
    list.append(make("dt", "", TITLES[name]), make("dd", "", make("b", "", String(value)), make("small", "", explained[name])));
  }
  return make("details", "", make("summary", "", "Measures"), list);
}

function show(title, sub, parts, focus) {
  panel.replaceChildren(make("h2", "", title), make("p", "sub", sub), ...parts);
  panel.scrollTop = 0;
  if (focus) panel.focus({ preventScroll: true });
  if (getComputedStyle(panel).position === "static") panel.scrollIntoView({ block: "start" });
}

/** Return edges in the order of their other ends, the most important first. */
function ranked(some, end) {
  const byEnd = new Map(some.map((edge) => [edge[end], edge]));
  return byReach([...byEnd.keys()]).map((id) => byEnd.get(id));
}

function showNode(id, focus) {
  const node = nodes[id];
  const received = ranked(edges.filter((edge) => edge.target === id), "source");
  const given = ranked(edges.filter((edge) => edge.source === id), "target");
  const what = node.kind === "category" ? "kind of recipient" : node.activity.join("; ");
  const sub = [what, node.country, node.known ? "" : "not known beforehand"].filter(Boolean).join(" · ");
  const parts = [focusButton(id), measures(node)];
  const open = received.length + given.length === 1;
  if (received.length) {
    parts.push(make("h3", "", `Named by ${plural(received.length, "company", "companies")}`));
    parts.push(...received.map((edge) => part(edge, edge.source, open)));
  }
  if (given.length) {
    parts.push(make("h3", "", `Names ${plural(given.length, "recipient", "recipients")}`));
    parts.push(...given.map((edge) => part(edge, edge.target, open)));
  }
  if (!received.length && !given.length) parts.push(make("p", "hint", "This policy names no recipient."));
  show(node.label, sub, parts, focus);
  mark((edge) => edge.source === id || edge.target === id, id);
}

function showEdge(source, target) {
  const edge = edges.find((one) => one.source === source && one.target === target);
  const title = `${nodes[source].label} → ${nodes[target].label}`;
  show(title, plural(edge.statements.length, "statement", "statements"), statements(edge), false);
  mark((one) => one === edge, "");
}

// --- what is chosen, and what is filtered ------------------------------------------------------------------

let chosen = () => true;
let chosenNode = "";

function mark(test, id) {
  chosen = test;
  chosenNode = id;
  refresh();
}

function words(edge) {
  const said = edge.statements.flatMap((one) => one.quotes.map((quote) => quote.quote));
  const names = [nodes[edge.source].label, nodes[edge.target].label];
  return [...names, ...LISTS.flatMap(([key]) => edge[key]), ...said].join("\n").toLowerCase();
}
const texts = new Map(edges.map((edge) => [edge, words(edge)]));

function look(node) {
  return node.kind === "category" ? "category" : node.known ? "known" : "unknown";
}

/** Tell whether one and the same statement of an edge has all that is asked for. */
function matches(edge, wanted) {
  if (wanted.look && look(nodes[edge.target]) !== wanted.look) return false;
  if (!wanted.text.trim().toLowerCase().split(/\s+/).every((word) => texts.get(edge).includes(word))) return false;
  const countries = (one) => [...one.countries, ...nodes[edge.target].country.split("; ")];
  if (wanted.country && !edge.statements.some((one) => countries(one).includes(wanted.country))) return false;
  const keys = ["data", "purposes", "bases", "roles"].filter((key) => wanted[key]);
  return edge.statements.some((one) => keys.every((key) => one[key].includes(wanted[key])));
}

let near = new Set(edges); // what is chosen of what is found
let found = edges;

function refresh() {
  const wanted = Object.fromEntries(new FormData(form));
  const asked = Object.values(wanted).some(Boolean);
  found = edges.filter((edge) => matches(edge, wanted));
  near = new Set(found.filter((edge) => chosen(edge)));
  const ends = new Set([chosenNode, ...[...near].flatMap((edge) => [edge.source, edge.target])]);
  const keys = new Set([...near].map((edge) => `${edge.source} ${edge.target}`));
  const free = !asked && !panel.querySelector("h2");
  for (const group of document.querySelectorAll("section .edge[data-source]")) {
    const on = keys.has(`${group.dataset.source} ${group.dataset.target}`);
    group.classList.toggle("away", !free && !on);
    group.classList.toggle("chosen", !free && on);
  }
  for (const group of document.querySelectorAll("section .node[data-node]")) {
    group.classList.toggle("away", !free && !ends.has(group.dataset.node));
    group.classList.toggle("chosen", group.dataset.node === chosenNode);
  }
  const targets = new Set(found.map((edge) => edge.target));
  const sources = new Set(found.map((edge) => edge.source));
  for (const [rows, shown] of [["#table", targets], ["#companies", sources]]) {
    for (const row of document.querySelectorAll(`${rows} tbody tr`)) {
      row.hidden = asked && !shown.has(row.dataset.node);
      row.classList.toggle("chosen", row.dataset.node === chosenNode);
    }
  }
  form.querySelector("output").textContent = asked
    ? `${plural(targets.size, "recipient", "recipients")} of ${plural(sources.size, "company", "companies")}` : "";
  redraw(free);
}

function clear() {
  panel.replaceChildren(make("p", "hint", "Choose a recipient, a company or a line to read what is stated."));
  mark(() => true, "");
}
