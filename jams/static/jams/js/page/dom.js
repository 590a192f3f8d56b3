// Small tools for the document. Every setter compares first: what has not changed is not touched,
// so focus stays, screen readers are not disturbed and nothing is laid out again.

const SVG = "http://www.w3.org/2000/svg";

/**
 * The element with this id; it is an error of the template if there is none.
 * @template {Element} T
 * @param {string} id @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * The first element in `parent` that fits.
 * @template {Element} T
 * @param {ParentNode} parent @param {string} selector @param {new () => T} kind
 * @returns {T}
 */
export function find(parent, selector, kind) {
  const found = parent.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`nothing fits ${selector}`);
  return found;
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set an attribute; null or false takes it away, true leaves it empty.
 * @param {Element} node @param {string} name @param {string | boolean | null} value
 */
export function setAttribute(node, name, value) {
  const wanted = value === true ? "" : value === false ? null : value;
  if (node.getAttribute(name) === wanted) return;
  if (wanted === null) node.removeAttribute(name);
  else node.setAttribute(name, wanted);
}

/** Show text in which `*stars*` mark what stands out. @param {Element} node @param {string} text */
export function setRich(node, text) {
  if (node.getAttribute("data-text") === text) return;
  node.setAttribute("data-text", text);
  const parts = text.split("*").map((part, i) => (i % 2 ? make("b", {}, part) : part));
  node.replaceChildren(...parts.filter((part) => part !== ""));
}

/** Point an svg at a symbol of the page. @param {Element} svg @param {string} symbol */
export function setSymbol(svg, symbol) {
  const use = svg.querySelector("use");
  if (use) setAttribute(use, "href", `#${symbol}`);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, string | boolean | null>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

/** An icon or a part's shape.
 * @param {string} symbol @param {"icon" | "glyph"} kind
 */
export function makeSymbol(symbol, kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${symbol}`);
  svg.append(use);
  return svg;
}
