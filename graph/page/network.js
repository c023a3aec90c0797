"use strict";
// What policies say comes in as JSON and goes out as text nodes only: nothing of it is ever read as HTML.

const { nodes, edges } = JSON.parse(document.getElementById("network").textContent);
const panel = document.getElementById("panel");
const form = document.querySelector("form.filters");
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

function quotes(statement) {
  const byPlace = new Map();
  for (const quote of statement.quotes) {
    const place = `${quote.start}–${quote.end}`;
    if (!byPlace.has(place)) byPlace.set(place, { quote, says: [] });
    byPlace.get(place).says.push(`${quote.says}: ${quote.value}`);
  }
  return [...byPlace].map(([place, { quote, says }]) => {
    const small = make("small", "says", [...new Set(says)].join(", "));
    return make("blockquote", "", make("q", "", quote.quote), make("small", "", place), small);
  });
}

function statements(edge) {
  return edge.statements.map((one) => {
    const may = one.possible ? " (may)" : "";
    return make("div", "statement", make("p", "policy", one.policy + may), lists(one), ...quotes(one));
  });
}

/** Return one edge as a part of the panel, under the name of its other end. */
function part(edge, other, open) {
  const title = make("summary", "", nodes[other].label);
  const details = make("details", "", title, ...statements(edge));
  details.open = open;
  return details;
}

function show(title, sub, parts, focus) {
  panel.replaceChildren(make("h2", "", title), make("p", "sub", sub), ...parts);
  panel.scrollTop = 0;
  if (focus) panel.focus({ preventScroll: true });
  if (getComputedStyle(panel).position === "static") panel.scrollIntoView({ block: "start" });
}

function showNode(id, focus) {
  const node = nodes[id];
  const received = edges.filter((edge) => edge.target === id);
  const given = edges.filter((edge) => edge.source === id);
  const what = node.kind === "category" ? "kind of recipient" : node.activity.join("; ");
  const sub = [what, node.country, node.known ? "" : "not known beforehand"].filter(Boolean).join(" · ");
  const parts = [];
  const open = received.length + given.length === 1;
  if (received.length) {
    parts.push(make("h3", "", `Named by ${plural(received.length, "company", "companies")}`));
    parts.push(...received.map((edge) => part(edge, edge.source, open)));
  }
  if (given.length) {
    parts.push(make("h3", "", `Names ${plural(given.length, "recipient", "recipients")}`));
    parts.push(...given.map((edge) => part(edge, edge.target, open)));
  }
  if (!parts.length) parts.push(make("p", "hint", "This policy names no recipient."));
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
  const keys = ["data", "purposes", "bases", "roles"].filter((key) => wanted[key]);
  return edge.statements.some((one) => keys.every((key) => one[key].includes(wanted[key])));
}

function refresh() {
  const wanted = Object.fromEntries(new FormData(form));
  const asked = Object.values(wanted).some(Boolean);
  const found = edges.filter((edge) => matches(edge, wanted));
  const near = found.filter((edge) => chosen(edge));
  const ends = new Set(near.flatMap((edge) => [edge.source, edge.target]));
  ends.add(chosenNode);
  const keys = new Set(near.map((edge) => `${edge.source} ${edge.target}`));
  const free = !asked && !panel.querySelector("h2");
  for (const group of document.querySelectorAll("#picture .edge[data-source]")) {
    const on = keys.has(`${group.dataset.source} ${group.dataset.target}`);
    group.classList.toggle("away", !free && !on);
    group.classList.toggle("chosen", !free && on);
  }
  for (const group of document.querySelectorAll("#picture .node[data-node]")) {
    group.classList.toggle("away", !free && !ends.has(group.dataset.node));
    group.classList.toggle("chosen", group.dataset.node === chosenNode);
  }
  const targets = new Set(found.map((edge) => edge.target));
  for (const row of document.querySelectorAll("#table tbody tr")) {
    row.hidden = !targets.has(row.dataset.node);
    row.classList.toggle("chosen", row.dataset.node === chosenNode);
  }
  form.querySelector("output").textContent = asked ? plural(targets.size, "recipient", "recipients") : "";
}

function clear() {
  panel.replaceChildren(make("p", "hint", "Choose a recipient, a company or a line to read what is stated."));
  mark(() => true, "");
}

// --- tabs, sorting, keys -----------------------------------------------------------------------------------

const tabs = [...document.querySelectorAll("[role=tab]")];

function select(tab) {
  for (const one of tabs) {
    const on = one === tab;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = !on;
  }
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
  else if (at("[data-node]")) showNode(at("[data-node]").dataset.node, false);
  else if (at(".edge[data-source]")) showEdge(at(".edge").dataset.source, at(".edge").dataset.target);
  else if (at("#picture svg")) clear();
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
    showNode(node.dataset.node, true);
  } else if (event.key === "Escape") clear();
});

form.addEventListener("input", refresh);
form.addEventListener("reset", () => setTimeout(refresh));
form.addEventListener("submit", (event) => event.preventDefault());
// A picture of very many, or one on a telephone, is harder to read than the table.
if (document.querySelectorAll("#table tbody tr").length > 100 || window.innerWidth < 700) select(tabs[1]);
