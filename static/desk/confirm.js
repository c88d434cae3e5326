/* 认定: choose all of a kind, and say how many are chosen. The page works without this file. */
"use strict";

for (const form of document.querySelectorAll("[data-confirm]")) {
  const boxes = (root) => [...root.querySelectorAll("input[name=rows]")];
  const told = form.querySelector("[data-chosen]");
  const tell = () => {
    const chosen = boxes(form).filter((box) => box.checked).length;
    if (told) told.textContent = chosen ? `${chosen} 条` : "";
    for (const button of form.querySelectorAll("[data-choose]")) {
      const mine = boxes(button.closest("section"));
      button.textContent = mine.every((box) => box.checked) ? "全不选" : "全选";
    }
  };
  for (const button of form.querySelectorAll("[data-choose]")) {
    const mine = boxes(button.closest("section"));
    button.hidden = !mine.length;
    button.addEventListener("click", () => {
      const all = mine.every((box) => box.checked);
      for (const box of mine) box.checked = !all;
      tell();
    });
  }
  form.addEventListener("change", tell);
  /* Enter in the reason sends back; it never confirms. */
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "reason") return;
    event.preventDefault();
    form.querySelector("[value=send_back]")?.click();
  });
  tell();
}
