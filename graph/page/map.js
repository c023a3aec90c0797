// --- the map: everything at once, laid out by who is linked with whom --------------------------------------

const canvas = document.querySelector("#map canvas");
const pen = canvas.getContext("2d");
const WORK = 6e7; // pairs of nodes that a layout may look at: less than a second
const view = { scale: 1, x: 0, y: 0 };
// Colours of Okabe and Ito, which differ for the colour-blind, too; the kind of a node is its shape.
const HUES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b3a100"];
let points = null; // id, x, y, radius, colour of each node that has a line, the most important first
let drawnEdges = [];

/**
 * Lay nodes out: linked ones attract, all repel by their numbers of links (as ForceAtlas2 does, with the
 * logarithm of the distance, which parts communities). Nothing is random, so a network always looks the same.
 */
function layOut(places, pairs) {
  const n = places.length;
  const degree = new Float64Array(n).fill(1);
  for (const [a, b] of pairs) {
    degree[a] += 1;
    degree[b] += 1;
  }
  const x = Float64Array.from(places, (one) => one.x);
  const y = Float64Array.from(places, (one) => one.y);
  const [fx, fy] = [new Float64Array(n), new Float64Array(n)];
  const apart = 6000 / (1 + 2 * pairs.length); // so that large and small networks are as wide
  const rounds = Math.round(Math.max(15, Math.min(240, WORK / (n * n / 2 + 1))));
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < n; i += 1) {
      const pull = 0.3 * degree[i] / Math.hypot(x[i], y[i], 1);
      fx[i] = -x[i] * pull;
      fy[i] = -y[i] * pull;
    }
    for (let i = 0; i < n; i += 1) {
      for (let j = i + 1; j < n; j += 1) {
        const [dx, dy] = [x[i] - x[j], y[i] - y[j]];
        const push = apart * degree[i] * degree[j] / (dx * dx + dy * dy + 1);
        fx[i] += dx * push;
        fy[i] += dy * push;
        fx[j] -= dx * push;
        fy[j] -= dy * push;
      }
    }
    for (const [a, b] of pairs) {
      const [dx, dy] = [x[a] - x[b], y[a] - y[b]];
      const distance = Math.hypot(dx, dy) + 0.01;
      const pull = 3 * Math.log1p(distance) / distance;
      fx[a] -= dx * pull;
      fy[a] -= dy * pull;
      fx[b] += dx * pull;
      fy[b] += dy * pull;
    }
    const longest = 40 * (1 - round / rounds) + 0.5;
    for (let i = 0; i < n; i += 1) {
      const force = Math.hypot(fx[i], fy[i]) + 1e-9;
      const step = Math.min(longest, force / Math.sqrt(degree[i])) / force;
      x[i] += fx[i] * step;
      y[i] += fy[i] * step;
    }
  }
  places.forEach((one, i) => Object.assign(one, { x: x[i], y: y[i] }));
}

/** Make the points of the map: communities begin around a circle, their nodes around them. */
function makePoints() {
  const linked = byReach(edges.flatMap((edge) => [edge.source, edge.target]));
  const communities = [...new Set(linked.map((id) => nodes[id].community))].sort((a, b) => a - b);
  points = linked.map((id, rank) => {
    const node = nodes[id];
    const around = 2 * Math.PI * communities.indexOf(node.community) / communities.length;
    const [turn, out] = [rank * 2.399963, 6 * Math.sqrt(rank)];
    const at = { x: 300 * Math.cos(around) + out * Math.cos(turn), y: 300 * Math.sin(around) + out * Math.sin(turn) };
    const radius = 3 + 1.5 * Math.sqrt(node.policy ? node.names / 2 : node.reach);
    return { id, node, radius, colour: HUES[node.community - 1] || "", ...at };
  });
  const index = new Map(points.map((point, place) => [point.id, place]));
  const pairs = edges.map((edge) => [index.get(edge.source), index.get(edge.target)]);
  layOut(points, pairs);
  drawnEdges = edges.map((edge, place) => ({ edge, a: points[pairs[place][0]], b: points[pairs[place][1]] }));
  legend();
}

/** Name the coloured communities by those of them that most companies name. */
function legend() {
  const list = document.querySelector("#map .legend");
  HUES.forEach((hue, place) => {
    const those = points.filter((point) => point.node.community === place + 1);
    if (those.length < 2) return;
    const swatch = drawn("svg", { viewBox: "-9 -9 18 18", "aria-hidden": "true" }, drawn("circle", { r: 6, fill: hue }));
    const names = those.slice(0, 2).map((point) => shortened(point.node.label, 24)).join(", ");
    list.append(make("li", "", swatch, `community ${place + 1}: ${names}, … (${those.length})`));
  });
  for (const text of ["■ company with its policy", "● company", "○ not known beforehand", "◆ kind of recipient"]) {
    list.append(make("li", "", text));
  }
}

function fit() {
  const [xs, ys] = [points.map((one) => one.x), points.map((one) => one.y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const { width, height } = canvas.getBoundingClientRect();
  view.scale = Math.min((width - 120) / (right - left + 1), (height - 50) / (bottom - top + 1), 4);
  view.x = width / 2 - view.scale * (left + right) / 2;
  view.y = height / 2 - view.scale * (top + bottom) / 2;
}

function openMap() {
  if (!edges.length) return;
  if (!points) {
    makePoints();
    fit();
  }
  redraw(!panel.querySelector("h2") && found.length === edges.length);
}

const at = (point) => [point.x * view.scale + view.x, point.y * view.scale + view.y];
const size = (point) => point.radius * Math.min(2, Math.max(0.7, Math.sqrt(view.scale)));

/** Draw the map as it is filtered and chosen; with `free` set nothing is. */
function redraw(free) {
  if (!points || canvas.closest("section").hidden) return;
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  pen.scale(ratio, ratio);
  const colours = getComputedStyle(document.documentElement);
  const colour = (name) => colours.getPropertyValue(`--${name}`).trim();
  strokeEdges(free, colour);
  const ends = new Set([...near].flatMap((edge) => [edge.source, edge.target]));
  const shown = (point) => free || ends.has(point.id) || point.id === chosenNode;
  for (const point of [...points].reverse()) fillPoint(point, shown(point), colour);
  label(points.filter(shown), free, colour);
}

function strokeEdges(free, colour) {
  const faint = Math.max(0.05, Math.min(0.5, 400 / drawnEdges.length));
  for (const on of [false, true]) {
    pen.strokeStyle = colour(on ? "accent" : "line");
    pen.globalAlpha = on ? Math.max(0.25, Math.min(0.8, 120 / near.size)) : free ? faint : faint / 3;
    pen.beginPath();
    for (const { edge, a, b } of drawnEdges) {
      if ((!free && near.has(edge)) !== on) continue;
      pen.moveTo(...at(a));
      pen.lineTo(...at(b));
    }
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

function fillPoint(point, on, colour) {
  const [[x, y], r, kind] = [at(point), size(point), look(point.node)];
  pen.globalAlpha = on ? 1 : 0.15;
  pen.beginPath();
  if (point.node.policy) pen.rect(x - r, y - r, 2 * r, 2 * r);
  else if (kind === "category") {
    pen.moveTo(x, y - 1.2 * r);
    pen.lineTo(x + 1.2 * r, y);
    pen.lineTo(x, y + 1.2 * r);
    pen.lineTo(x - 1.2 * r, y);
    pen.closePath();
  } else pen.arc(x, y, r, 0, 7);
  const hue = point.colour || colour("line");
  pen.fillStyle = kind === "unknown" && !point.node.policy ? colour("paper") : hue;
  pen.fill();
  pen.lineWidth = point.id === chosenNode ? 3 : 1.2;
  pen.strokeStyle = point.id === chosenNode ? colour("ink") : kind === "unknown" ? hue : colour("paper");
  pen.stroke();
  pen.lineWidth = 1;
  pen.globalAlpha = 1;
}

/** Write the names that there is room for, the most important first. */
function label(those, free, colour) {
  const taken = [];
  const most = Math.round((free ? 45 : 70) * Math.max(1, view.scale));
  const { width, height } = canvas.getBoundingClientRect();
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  for (const point of [...those.filter((one) => one.id === chosenNode), ...those]) {
    if (taken.length >= most) return;
    const [x, y] = at(point);
    if (x < 0 || y < 0 || x > width || y > height) continue;
    const text = shortened(point.node.label, 28);
    const wide = pen.measureText(text).width;
    const right = x + size(point) + 4 + wide < width;
    const box = { x: right ? x + size(point) + 4 : x - size(point) - 4 - wide, y, wide };
    const free = taken.every((one) => Math.abs(one.y - y) > 15 || box.x > one.x + one.wide + 6 || one.x > box.x + wide + 6);
    if (!free) continue;
    taken.push(box);
    pen.lineWidth = 4;
    pen.strokeStyle = colour("paper");
    pen.strokeText(text, box.x, y);
    pen.fillStyle = colour("ink");
    pen.fillText(text, box.x, y);
  }
  pen.lineWidth = 1;
}

// --- moving about the map, and choosing on it --------------------------------------------------------------

function zoom(factor, x, y) {
  const scale = Math.max(0.05, Math.min(12, view.scale * factor));
  view.x = x - (x - view.x) * scale / view.scale;
  view.y = y - (y - view.y) * scale / view.scale;
  view.scale = scale;
}

function moveBy(key) {
  const { width, height } = canvas.getBoundingClientRect();
  const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[key];
  if (step) [view.x, view.y] = [view.x + step[0], view.y + step[1]];
  else if (key === "+" || key === "=") zoom(1.4, width / 2, height / 2);
  else if (key === "-") zoom(1 / 1.4, width / 2, height / 2);
  else if (key === "0") fit();
  else return false;
  openMap();
  return true;
}

/** Return how far a place is from a line between two points. */
function distance(x, y, [ax, ay], [bx, by]) {
  const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2 || 1);
  const part = Math.max(0, Math.min(1, along));
  return Math.hypot(x - ax - part * (bx - ax), y - ay - part * (by - ay));
}

function chooseAt(x, y) {
  const point = points.find((one) => Math.hypot(at(one)[0] - x, at(one)[1] - y) <= size(one) + 3);
  if (point) {
    showNode(point.id, false);
    return;
  }
  const lines = drawnEdges.filter(({ edge }) => near.has(edge)).map((one) => [distance(x, y, at(one.a), at(one.b)), one]);
  const nearest = lines.reduce((best, one) => (one[0] < best[0] ? one : best), [5, null])[1];
  if (nearest) showEdge(nearest.edge.source, nearest.edge.target);
  else clear();
}

let held = null; // where the pointer went down, and whether it has moved since

canvas.addEventListener("pointerdown", (event) => {
  held = { x: event.offsetX, y: event.offsetY, moved: false };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  if (!held || (!held.moved && Math.hypot(event.offsetX - held.x, event.offsetY - held.y) < 4)) return;
  view.x += event.offsetX - held.x;
  view.y += event.offsetY - held.y;
  held = { x: event.offsetX, y: event.offsetY, moved: true };
  openMap();
});
canvas.addEventListener("pointerup", (event) => {
  if (held && !held.moved) chooseAt(event.offsetX, event.offsetY);
  held = null;
});
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.offsetX, event.offsetY);
  openMap();
}, { passive: false });
canvas.addEventListener("keydown", (event) => {
  if (moveBy(event.key)) event.preventDefault();
});
document.querySelector("#map .zoom").addEventListener("click", (event) => moveBy(event.target.value));
window.addEventListener("resize", openMapIfShown);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", openMapIfShown);

function openMapIfShown() {
  if (!canvas.closest("section").hidden) openMap();
}
