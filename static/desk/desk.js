/* The desk's keyboard and small conveniences. Every page works without this file. */
"use strict";

const typing = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const follow = (selector) => {
  const link = document.querySelector(selector);
  if (link) location.assign(link.href);
};

/* Keyboard: / search, n new, m move, e edit, g then a letter, ? the list of all. */
const places = { h: "/desk/", t: "/desk/", f: "/desk/follow-up/", r: "/desk/report/", p: "/desk/projects/", b: "/desk/board/", e: "/desk/enquiries/", n: "/desk/notices/", s: "/desk/search/" };
let isGoing = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const keys = document.getElementById("keys");
  if (typing(event.target) || keys?.open) return;
  const going = Date.now() - isGoing < 1500;
  isGoing = 0;
  if (going && places[event.key]) location.assign(places[event.key]);
  else if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    if (search.offsetParent) search.select();
    else location.assign(places.s);
  } else if (event.key === "?") keys?.showModal();
  else if (event.key === "g") isGoing = Date.now();
  else if (event.key === "n") follow("[data-new]");
  else if (event.key === "m") follow("[data-move]");
  else if (event.key === "e") follow("[data-edit]");
  else if (event.key === "j") follow("[data-next]");
  else if (event.key === "k") follow("[data-previous]");
});

const showTab = () => {
  const tabs = document.querySelector(".tabs");
  const current = tabs?.querySelector("[aria-current]");
  if (current) tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.clientWidth) / 2;
};

document.addEventListener("DOMContentLoaded", () => {
  showTab();
  document.querySelector("[data-focus]")?.focus();
  for (const element of document.querySelectorAll("[data-quick], [data-take]")) element.hidden = false;
});

document.addEventListener("htmx:afterSettle", showTab);

/* What was left empty has no place in the address of a list. */
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = event.detail;
  if (!elt.matches("form.filter")) return;
  for (const [name, value] of [...parameters.entries()]) if (value === "") parameters.delete(name);
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  /* 明天, 下周一 …: from the ledger's day. */
  if (button.dataset.days || button.dataset.weekday) {
    const quick = button.parentElement.dataset;
    const target = document.getElementById(quick.quick);
    const day = new Date(`${quick.today || new Date().toISOString().slice(0, 10)}T12:00:00Z`);
    const days = Number(button.dataset.days) || 7 + Number(button.dataset.weekday) - (day.getUTCDay() || 7);
    day.setUTCDate(day.getUTCDate() + days);
    target.value = day.toISOString().slice(0, 10);
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }
  /* On the conflict page: take over what the ledger holds now. */
  if (button.dataset.take) {
    const target = document.getElementById(button.dataset.take);
    if (!target) return;
    target.value = button.dataset.value;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    button.textContent = "已采用";
    button.disabled = true;
  }
});

/* What was typed is not lost by a slip: the browser asks before the page is left. */
let isDirty = false;
document.addEventListener("input", (event) => {
  if (event.target instanceof Element && event.target.closest("form[data-guard]")) isDirty = true;
});
document.addEventListener("submit", () => { isDirty = false; });
window.addEventListener("beforeunload", (event) => { if (isDirty) event.preventDefault(); });
