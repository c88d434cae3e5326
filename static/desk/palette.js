/* Ctrl+K: a few letters lead to any page or record. The choices are plain links. */
"use strict";

const palette = document.getElementById("palette");
const question = document.getElementById("palette-q");

const step = (by) => {
  const links = [...palette.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const next = at + by;
  if (next < 0) question.focus();
  else links[Math.min(next, links.length - 1)]?.focus();
};

document.addEventListener("keydown", (event) => {
  if (!palette || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (palette.open) palette.close();
    else {
      palette.showModal();
      question.select();
      htmx.trigger(question, "open");
    }
  } else if (palette.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (palette.open && event.key === "Enter" && event.target === question) {
    const first = palette.querySelector("a");
    if (!first) return;
    event.preventDefault();
    first.click();
  }
});

palette?.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
