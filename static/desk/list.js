/* Lists: the order of the columns. Without this file they keep the order they are offered in. */
"use strict";

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
