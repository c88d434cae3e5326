/* Moving a card by hand. Without this file the menu on each card does the same. */
"use strict";

let moving = null;
let cameFrom = null;

const columnOf = (target) => (target instanceof Element ? target.closest(".column[data-stage]") : null);

/* Only cards whose menu offers a move are handles. */
const arm = (root) => {
  if (!matchMedia("(pointer: fine) and (min-width: 761px)").matches) return;
  for (const card of root.querySelectorAll("[data-card]")) {
    card.draggable = true;
    for (const link of card.querySelectorAll("a")) link.draggable = false;
  }
};

const say = (id, ...parts) => document.getElementById(id)?.replaceChildren(...parts);

const told = (text) => {
  const line = document.createElement("p");
  line.className = "message warning";
  line.textContent = text;
  return line;
};

/* Takes from an answer every part that the page has, by its id. */
const takeOver = (answer) => {
  for (const part of answer.querySelectorAll("[id]")) document.getElementById(part.id)?.replaceWith(part);
};

const putBack = (card, place) => {
  if (place.next?.isConnected) place.next.before(card);
  else place.list.append(card);
};

/* Sends the card's own form; the server has the last word, and a refused card goes back. */
const send = async (card, form, to, place) => {
  if (card.classList.contains("is-sent")) return;
  const data = new FormData(form);
  data.set("to", to);
  card.classList.add("is-sent");
  say("refusal");
  say("messages");
  let answer = null;
  try {
    answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } });
  } catch {
    /* No network: said below. */
  }
  card.classList.remove("is-sent");
  const elsewhere = answer?.headers.get("HX-Redirect");
  if (elsewhere) return location.assign(elsewhere);
  const page = new DOMParser().parseFromString(answer ? await answer.text() : "", "text/html");
  if (answer?.ok) {
    const target = document.querySelector(`.column[data-stage="${to}"] .cards`);
    if (card.parentElement !== target) target.prepend(card);
    say("messages", page.getElementById("moved"));
    takeOver(page);
    htmx.process(document.getElementById(card.id));
    for (const tab of document.querySelectorAll(".tabs.stages a")) {
      const stage = new URL(tab.href).searchParams.get("stage");
      const count = document.querySelector(`#head-${stage} h2 b`)?.textContent;
      if (count) tab.querySelector("b").textContent = count;
    }
    const now = document.getElementById(card.id);
    arm(now.parentElement);
    now.scrollIntoView({ block: "nearest", inline: "nearest" });
    return;
  }
  putBack(card, place);
  const refused = page.getElementById("refused");
  if (refused) {
    say("refusal", refused);
    refused.focus();
  } else say("messages", told(answer ? "没有移动，请刷新看板再试。" : "没有移动：网络不通，请稍后再试。"));
};

const placeOf = (card) => ({ list: card.parentElement, next: card.nextElementSibling });

/* A move that needs a reason is made on its own page; every other one is the form's. */
const drop = (card, to, place) => {
  const page = card.querySelector(`[data-to="${to}"]`);
  if (page) {
    putBack(card, place);
    location.assign(page.href);
    return;
  }
  const form = card.querySelector("[data-card-form]");
  if (form) send(card, form, to, place);
};

const clear = () => {
  for (const column of document.querySelectorAll(".column")) column.classList.remove("may-take", "is-over");
};

document.addEventListener("dragstart", (event) => {
  const card = event.target instanceof Element ? event.target.closest("[data-card]") : null;
  if (!card) return;
  moving = card;
  cameFrom = placeOf(card);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.querySelector(".card-name").textContent.trim());
  card.classList.add("is-moving");
  for (const column of document.querySelectorAll(".column")) {
    const to = column.dataset.stage;
    const offered = card.querySelector(`[data-to="${to}"], [name="to"][value="${to}"]`);
    column.classList.toggle("may-take", Boolean(offered));
  }
});

document.addEventListener("dragover", (event) => {
  const column = moving ? columnOf(event.target) : null;
  for (const other of document.querySelectorAll(".column.is-over")) if (other !== column) other.classList.remove("is-over");
  if (!column) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  column.classList.add("is-over");
});

document.addEventListener("drop", (event) => {
  const column = moving ? columnOf(event.target) : null;
  if (!column) return;
  event.preventDefault();
  const list = column.querySelector(".cards");
  if (list === cameFrom.list) return;
  list.prepend(moving);
  drop(moving, column.dataset.stage, cameFrom);
});

document.addEventListener("dragend", () => {
  moving?.classList.remove("is-moving");
  moving = cameFrom = null;
  clear();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-card-form]")) return;
  event.preventDefault();
  const card = form.closest(".card");
  send(card, form, event.submitter.value, placeOf(card));
});

document.addEventListener("DOMContentLoaded", () => arm(document));
document.addEventListener("htmx:load", (event) => arm(event.detail.elt.parentElement ?? document));
