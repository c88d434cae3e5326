/* A grid of inputs: a block copied from a spreadsheet fills the cells from the one it is pasted into;
   the arrow keys and Enter go from cell to cell, but within a text of several lines. Without this
   file the cells are typed one by one. */
"use strict";

const CELLS = "input[type=text], textarea";
const cellsOf = (row) => [...row.querySelectorAll(CELLS)];
const cellOf = (target) => (target instanceof Element && target.matches(CELLS) && target.closest("[data-grid]") ? target : null);
const placeOf = (input) => {
  const row = input.closest("tr");
  return [[...row.parentElement.rows].indexOf(row), cellsOf(row).indexOf(input)];
};

/* The rows and cells of a copied block; a cell of several lines stands in quotes. */
const blockOf = (text) => {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at], row = rows.at(-1), last = row.length - 1;
    if (quoted) {
      if (sign !== '"') row[last] += sign;
      else if (text[at + 1] === '"') { row[last] += '"'; at += 1; } else quoted = false;
    } else if (sign === '"' && row[last] === "") quoted = true;
    else if (sign === "\t") row.push("");
    else if (sign === "\n") rows.push([""]);
    else row[last] += sign;
  }
  return rows;
};

document.addEventListener("paste", (event) => {
  const input = cellOf(event.target);
  if (!input) return;
  const text = (event.clipboardData?.getData("text/plain") || "").replace(/\r/g, "").replace(/\n+$/, "");
  if (!(input instanceof HTMLTextAreaElement ? /\t/ : /[\t\n]/).test(text.trimEnd())) return;
  event.preventDefault();
  const rows = [...input.closest("tbody").rows];
  const [top, left] = placeOf(input);
  blockOf(text).forEach((line, down) => {
    const cells = rows[top + down] ? cellsOf(rows[top + down]) : [];
    line.forEach((value, right) => {
      const cell = cells[left + right];
      if (cell && value.trim()) cell.value = value.trim();
    });
  });
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("keydown", (event) => {
  const input = cellOf(event.target);
  if (!input || input instanceof HTMLTextAreaElement) return;
  const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
  if (!step || event.isComposing || event.ctrlKey || event.metaKey) return;
  const [row, column] = placeOf(input);
  const next = input.closest("tbody").rows[row + step];
  event.preventDefault();
  if (next) cellsOf(next)[column]?.focus();
});
