/* 今日: the panel of 指派 opens in its row and closes again. Without this file it is a page. */
"use strict";

const opener = (panel) => panel.closest(".task")?.querySelector("[data-assign]");

document.addEventListener("htmx:afterSettle", (event) => {
  for (const button of event.detail.elt.querySelectorAll("[data-close]")) button.hidden = false;
});

const shut = (panel) => {
  const back = opener(panel);
  panel.remove();
  back?.focus();
};

document.addEventListener("click", (event) => {
  const close = event.target instanceof Element ? event.target.closest("[data-close]") : null;
  if (close) shut(close.closest(".assign"));
});

document.addEventListener("keydown", (event) => {
  const panel = event.key === "Escape" && event.target instanceof Element ? event.target.closest(".assign") : null;
  if (panel) shut(panel);
});
