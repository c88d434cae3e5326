/* 月报表格: a block copied from a spreadsheet fills the cells from the one it is pasted into; the
   arrow keys and Enter go from cell to cell. Without this file the cells are typed one by one. */
"use strict";

const cellsOf = (row) => [...row.querySelectorAll("input[type=text]")];
const placeOf = (input) => {
  const row = input.closest("tr");
  return [[...row.parentElement.rows].indexOf(row), cellsOf(row).indexOf(input)];
};

document.addEventListener("paste", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.closest("[data-grid]")) return;
  const text = event.clipboardData?.getData("text/plain") || "";
  if (!/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  const rows = [...input.closest("tbody").rows];
  const [top, left] = placeOf(input);
  text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").forEach((line, down) => {
    const cells = rows[top + down] ? cellsOf(rows[top + down]) : [];
    line.split("\t").forEach((value, right) => {
      const cell = cells[left + right];
      if (cell && value.trim()) cell.value = value.trim();
    });
  });
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.closest("[data-grid]")) return;
  const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
  if (!step || event.isComposing || event.ctrlKey || event.metaKey) return;
  const [row, column] = placeOf(input);
  const next = input.closest("tbody").rows[row + step];
  event.preventDefault();
  if (next) cellsOf(next)[column]?.focus();
});
