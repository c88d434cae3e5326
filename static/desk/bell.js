/* The bell asks once a minute while its page is looked at, and at once when somebody comes back. */
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.id === "bell-count") event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  const count = document.getElementById("bell-count");
  if (count && !document.hidden) window.htmx?.trigger(count, "look");
});

/* A notification marked as read keeps its place under the keyboard. */
document.addEventListener("htmx:afterSettle", (event) => {
  const row = document.getElementById(event.detail.target?.id ?? "");
  if (row?.matches(".notice")) row.querySelector("a").focus();
});
