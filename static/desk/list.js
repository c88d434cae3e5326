/* Lists: the order of the columns, and cells that are changed where they stand. Without this file
   columns keep the order they are offered in, and a row is changed on its own page. */
"use strict";
{

const armColumns = () => {
  for (const part of document.querySelectorAll("[data-columns] .shift")) part.hidden = false;
};

document.addEventListener("DOMContentLoaded", armColumns);
document.addEventListener("htmx:afterSettle", armColumns);

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-shift]") : null;
  if (!button) return;
  const line = button.closest("li");
  const other = button.dataset.shift === "-1" ? line.previousElementSibling : line.nextElementSibling;
  /* The column that names the row stays the first. */
  if (!other || other.querySelector(":disabled")) return;
  if (button.dataset.shift === "-1") other.before(line);
  else other.after(line);
  button.focus();
});

/* Cells. One of them is in the order of Tab; the arrows go from there, Enter or F2 opens. */
const cellsOf = (root) => [...root.querySelectorAll(".rows td.can-edit")];
const fine = matchMedia("(pointer: fine) and (min-width: 761px)");
const addressOf = (cell) => {
  const row = new URL(cell.closest("tr").dataset.row, location.href);
  return `${row.pathname}cell/${cell.dataset.name}/`;
};

const enter = (cell) => {
  for (const other of document.querySelectorAll(".rows td[tabindex='0']")) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus();
};

const armCells = () => {
  if (!fine.matches) return;
  const cells = cellsOf(document);
  if (!cells.length || document.querySelector(".rows td[tabindex='0']")) return;
  for (const cell of cells) cell.tabIndex = -1;
  cells[0].tabIndex = 0;
};
document.addEventListener("DOMContentLoaded", armCells);
document.addEventListener("htmx:afterSettle", armCells);

const open = (cell) => {
  if (cell.classList.contains("is-asked")) return;
  cell.classList.add("is-asked");
  htmx.ajax("GET", addressOf(cell), { target: cell, swap: "outerHTML" });
};

const drop = (cell) => htmx.ajax("GET", `${addressOf(cell)}?shown=1`, { target: cell, swap: "outerHTML" });

/* Said to those who do not see the cell change. */
const voice = document.createElement("p");
voice.className = "away";
voice.setAttribute("role", "status");
document.addEventListener("DOMContentLoaded", () => document.body.append(voice));

/* A cell's own neighbour: in its row, or in its column of the next row. */
const beside = (cell, key) => {
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const cells = cellsOf(cell.parentElement);
    return cells[cells.indexOf(cell) + (key === "ArrowLeft" ? -1 : 1)];
  }
  let row = cell.parentElement;
  do row = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
  while (row && !row.cells[cell.cellIndex]?.classList.contains("can-edit"));
  return row?.cells[cell.cellIndex];
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.matches("td.can-edit")) {
    if (event.key === "Enter" || event.key === "F2") open(target);
    else if (event.key.startsWith("Arrow")) {
      const next = beside(target, event.key);
      if (next) enter(next);
    } else return;
    event.preventDefault();
    return;
  }
  const form = target?.closest(".cell-form");
  if (!form) return;
  if (event.key === "Escape") {
    event.preventDefault();
    drop(form.closest("td"));
  } else if (event.key === "Enter" && target.matches("select, input[type=checkbox]")) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  const dropped = target.closest("[data-drop]");
  if (dropped) return drop(dropped.closest("td"));
  if (target.closest("a, button, input, select, label, form") || getSelection().toString()) return;
  if (fine.matches) {
    const cell = target.closest("td.can-edit");
    if (cell) open(cell);
  } else {
    /* On a phone the whole row opens its page. */
    const row = target.closest("tr[data-row]");
    if (row) location.assign(row.dataset.row);
  }
});

/* What was refused comes back filled, into its cell. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (!(target instanceof Element) || !target.matches(".rows td")) return;
  const cell = xhr.responseText.trimStart().startsWith("<td");
  event.detail.shouldSwap = cell;
  event.detail.isError = !cell;
});

/* Where an answer belongs: the cell itself is replaced by it. */
const seats = new WeakMap();
document.addEventListener("htmx:beforeRequest", (event) => {
  const { target, xhr } = event.detail;
  if (target instanceof Element && target.matches(".rows td"))
    seats.set(xhr, { row: target.parentElement, at: target.cellIndex });
});

document.addEventListener("htmx:afterSwap", (event) => {
  const place = seats.get(event.detail.xhr);
  const cell = place?.row.cells[place.at];
  if (!cell) return;
  const field = cell.querySelector("input:not([type=hidden]), select");
  if (field) {
    field.focus();
    if (field.matches("input:not([type=date], [type=checkbox])")) field.select();
    return;
  }
  enter(cell);
  if (!cell.classList.contains("is-saved")) return;
  voice.textContent = `${cell.dataset.label}已保存`;
  /* A sum above the list follows the amount just saved. */
  if (cell.classList.contains("cell-number") && document.querySelector(".count-line")) {
    htmx.ajax("GET", location.href, { target: ".count-line", select: ".count-line", swap: "outerHTML" });
  }
});

const failed = (event) => {
  const cell = event.detail.target;
  if (!(cell instanceof Element) || !cell.matches(".rows td")) return;
  cell.classList.remove("is-asked");
  const line = document.createElement("p");
  line.className = "message warning";
  line.textContent = event.detail.xhr?.status
    ? "这一格没有改成：您可能没有修改这一条的权限，或它已不在台账里。请刷新列表。"
    : "网络不通，没有保存；填的内容还在格子里，连上后再按回车。";
  document.getElementById("messages")?.replaceChildren(line);
};
document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:sendError", failed);
}
