/* A form that came back because nobody was signed in: it is sent again with a token of the new
   session. The token of this page ended with the old one. */
"use strict";

const again = document.getElementById("again");
const problem = document.getElementById("again-problem");

again?.addEventListener("submit", async (event) => {
  event.preventDefault();
  let answer;
  try {
    answer = await fetch("/desk/me/", { headers: { Accept: "application/json" } });
  } catch {
    answer = null;
  }
  if (!answer?.ok) {
    problem.textContent = answer ? "还没有登录。请先在新窗口登录，再回来提交。" : "网络不通，内容还在，请稍后再试。";
    problem.hidden = false;
    return;
  }
  again.elements.csrfmiddlewaretoken.value = (await answer.json()).token;
  again.submit();
});
