/* The table of headings: a field offers only the units it can take. Without this file all are offered. */
"use strict";

const fitUnits = (select) => {
  const units = select.closest("tr").querySelector("[data-unit]");
  const kind = select.selectedOptions[0]?.dataset.units || "";
  for (const group of units.querySelectorAll("optgroup")) {
    const fits = group.dataset.units === kind;
    group.hidden = group.disabled = !fits;
    if (!fits && group.contains(units.selectedOptions[0] || null)) units.value = "";
  }
  units.disabled = !kind;
  select.closest("tr").classList.toggle("is-left-out", !select.value);
};

/* A column of the ledger is meant by one heading: the others cannot choose it meanwhile. */
const markTaken = (selects) => {
  const taken = new Map();
  for (const select of selects) if (select.value && !taken.has(select.value)) taken.set(select.value, select);
  for (const select of selects)
    for (const option of select.options)
      option.disabled = taken.has(option.value) && taken.get(option.value) !== select && select.value !== option.value;
};

document.addEventListener("DOMContentLoaded", () => {
  const selects = [...document.querySelectorAll("[data-field]")];
  selects.forEach(fitUnits);
  markTaken(selects);
});

document.addEventListener("change", (event) => {
  if (!(event.target instanceof Element) || !event.target.matches("[data-field]")) return;
  fitUnits(event.target);
  markTaken([...document.querySelectorAll("[data-field]")]);
});

/* 对词: a new entry asks for its place in the tree; the other answers do not. */
const askParent = (select) => {
  const parent = select.closest("li").querySelector("[data-parent]");
  if (parent) parent.hidden = select.value !== "new";
};
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-answer]").forEach(askParent));
document.addEventListener("change", (event) => {
  if (event.target instanceof Element && event.target.matches("[data-answer]")) askParent(event.target);
});
