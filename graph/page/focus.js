// --- one company or recipient in focus, as a picture of its own --------------------------------------------

const SVG = "http://www.w3.org/2000/svg";
const MOST = 30; // names in a column; the others are in the panel
const COLUMNS = { named: 250, focus: 470, names: 640, further: 950 };
let focused = "";

function drawn(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function shortened(text, longest) {
  const letters = [...text];
  return letters.length <= longest ? text : `${letters.slice(0, longest - 1).join("")}…`;
}

function byReach(ids) {
  const rank = (id) => nodes[id].reach + nodes[id].names;
  return [...new Set(ids)].sort((a, b) => rank(b) - rank(a) || nodes[a].label.localeCompare(nodes[b].label));
}

function shape(node, x, y) {
  if (node.policy) return drawn("rect", { x: x - 6, y: y - 6, width: 12, height: 12, rx: 3 });
  if (node.kind === "category") return drawn("path", { d: `M${x} ${y - 7}l7 7l-7 7l-7 -7z` });
  return drawn("circle", { cx: x, cy: y, r: 6 });
}

function marker(id, x, y, side) {
  const node = nodes[id];
  const away = side === "start" ? 14 : -14;
  const name = drawn("text", { x: x + away, y: y + 4.5, "text-anchor": side }, shortened(node.label, 27));
  const title = drawn("title", {}, node.label);
  const about = { class: `node ${look(node)}${node.policy ? " has-policy" : ""}`, tabindex: 0, role: "button" };
  const group = drawn("g", { ...about, "aria-label": `${node.label}: bring into focus` }, title, shape(node, x, y), name);
  group.dataset.node = id;
  return group;
}

function line(edge, from, to) {
  const bend = (from.x + to.x) / 2;
  const d = `M${from.x} ${from.y}C${bend} ${from.y} ${bend} ${to.y} ${to.x} ${to.y}`;
  const width = 1 + Math.min(3, 0.35 * edge.data.length);
  const title = drawn("title", {}, `${nodes[edge.source].label} → ${nodes[edge.target].label}`);
  const paths = [drawn("path", { class: "touch", d }), drawn("path", { d, "stroke-width": width })];
  const group = drawn("g", { class: `edge shared${edge.possible ? " possible" : ""}` }, title, ...paths);
  Object.assign(group.dataset, { source: edge.source, target: edge.target });
  return group;
}

/** Return the places of a column of names, in the middle of the height. */
function column(ids, x, height) {
  const top = (height - ids.length * 25) / 2;
  return ids.map((id, row) => [id, { x, y: top + (row + 0.5) * 25 }]);
}

function drawFocus() {
  const select = document.querySelector("#focus select");
  if (!focused) focused = chosenNode || select.value;
  select.value = focused;
  const left = byReach(edges.filter((edge) => edge.target === focused).map((edge) => edge.source));
  const right = byReach(edges.filter((edge) => edge.source === focused).map((edge) => edge.target));
  const shown = { named: left.slice(0, MOST), names: right.slice(0, MOST) };
  const beyond = edges.filter((edge) => shown.names.includes(edge.source) && edge.target !== focused);
  const further = byReach(beyond.map((edge) => edge.target)).filter((id) => !right.includes(id));
  shown.further = further.slice(0, MOST);
  const height = 40 + 25 * Math.max(2, ...Object.values(shown).map((ids) => ids.length));
  const places = Object.entries(shown).map(([name, ids]) => [name, new Map(column(ids, COLUMNS[name], height))]);
  const { named, names, further: last } = Object.fromEntries(places);
  const middle = { x: COLUMNS.focus, y: height / 2 };
  const lines = drawn("g", { class: "lines" });
  for (const edge of edges) {
    if (edge.target === focused && named.has(edge.source)) lines.append(line(edge, named.get(edge.source), middle));
    if (edge.source === focused && names.has(edge.target)) lines.append(line(edge, middle, names.get(edge.target)));
    if (names.has(edge.source) && last.has(edge.target)) {
      const { x, y } = names.get(edge.source);
      lines.append(line(edge, { x: x + 205, y }, last.get(edge.target)));
    }
  }
  const centre = drawn("text", { x: middle.x, y: middle.y - 18, "text-anchor": "middle", class: "centre" });
  centre.append(shortened(nodes[focused].label, 34));
  const all = (map, side) => [...map].map(([id, { x, y }]) => marker(id, x, y, side));
  const marks = [...all(named, "end"), ...all(names, "start"), ...all(last, "start")];
  const own = drawn("g", { class: `node ${look(nodes[focused])}` }, shape(nodes[focused], middle.x, middle.y), centre);
  const from = named.size ? 0 : COLUMNS.focus - 140;
  const to = last.size ? 1180 : names.size ? 870 : COLUMNS.focus + 140;
  const about = { viewBox: `${from} 0 ${to - from} ${height}`, width: 1.1 * (to - from), role: "group", "aria-label": `${nodes[focused].label} in focus` };
  document.querySelector("#focus .scroll").replaceChildren(drawn("svg", about, lines, ...marks, own));
  const hidden = left.length + right.length + further.length - marks.length;
  const note = hidden ? `${plural(hidden, "name", "names")} with fewer links left out; the panel has all of one step.` : "";
  document.querySelector("#focus .left-out").textContent = note;
}

function focusButton(id) {
  const button = make("button", "link", "Picture of this one");
  button.type = "button";
  button.addEventListener("click", () => {
    focused = id;
    select(document.getElementById("tab-focus"));
    refresh();
  });
  return make("p", "sub", button);
}

/** Fill the choice of what is in focus: companies with a policy, then recipients, by name. */
function fillChoice() {
  const choice = document.querySelector("#focus select");
  const linked = new Set(edges.flatMap((edge) => [edge.source, edge.target]));
  const names = Object.keys(nodes).filter((id) => nodes[id].policy || linked.has(id));
  names.sort((a, b) => nodes[a].label.localeCompare(nodes[b].label));
  for (const [label, test] of [["Companies", (id) => nodes[id].policy], ["Recipients", (id) => !nodes[id].policy]]) {
    const group = make("optgroup");
    group.label = label;
    group.append(...names.filter(test).map((id) => new Option(nodes[id].label, id)));
    choice.append(group);
  }
  const legend = document.querySelector("#picture .legend").cloneNode(true);
  legend.lastElementChild.replaceWith(make("li", "", "■ company with its policy here"));
  document.querySelector("#focus").append(legend);
  choice.addEventListener("change", () => {
    focused = choice.value;
    drawFocus();
    showNode(focused, false);
  });
}
