/* 记跟进 where the signal drops: what is typed stays in this browser until the ledger has it.
   IndexedDB, one store: drafts (one a project) and the queue (one an entry), each under its user. */
"use strict";

(() => {
  const me = Number(document.body.dataset.user);
  if (!me || !window.indexedDB) return;
  const KEPT_DAYS = 30, LONGEST_EDGE = 1920, SMALL = 300_000;
  const FIELDS = ["content", "kind", "held_on", "next_on", "next_step"];

  const open = () => new Promise((done, fail) => {
    const asked = indexedDB.open("parkledger-desk", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("entries", { keyPath: "id" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const ask = async (mode, work) => {
    const database = await open();
    try {
      return await new Promise((done, fail) => {
        const deal = database.transaction("entries", mode);
        const asked = work(deal.objectStore("entries"));
        deal.oncomplete = () => done(asked?.result);
        deal.onerror = deal.onabort = () => fail(deal.error);
      });
    } finally {
      database.close();
    }
  };
  const put = (entry) => ask("readwrite", (store) => store.put(entry));
  const drop = (id) => ask("readwrite", (store) => store.delete(id));
  const get = (id) => ask("readonly", (store) => store.get(id));
  const mine = async () => (await ask("readonly", (store) => store.getAll())).filter((one) => one.user === me);
  const queued = async () => (await mine()).filter((one) => one.is_queued).sort((a, b) => a.at - b.at);
  const draftId = (project) => `draft:${me}:${project}`;

  /* What nobody sent for thirty days goes by itself, whoever it belongs to. */
  const sweep = async () => {
    const oldest = Date.now() - KEPT_DAYS * 86_400_000;
    for (const one of await ask("readonly", (store) => store.getAll())) if (one.at < oldest) await drop(one.id);
  };

  /* Sending */
  class Unreachable extends Error {}
  const reach = async (url, options) => {
    try {
      const answer = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(60_000), ...options });
      if (answer.status >= 500 || answer.status === 429) throw new Unreachable();
      return answer;
    } catch (error) {
      throw new Unreachable(error);
    }
  };
  const token = async () => {
    const answer = await reach("/desk/me/", { headers: { Accept: "application/json" } });
    if (!answer.ok) return null;
    const who = await answer.json();
    return who.user === me ? who.token : null;
  };
  /* {url} when the ledger has it; {reason, fields} when it refuses; {signin} when nobody is. */
  const send = async (entry, { isLater }) => {
    const fresh = await token();
    if (!fresh) return { signin: true };
    const body = new FormData();
    for (const name of FIELDS) body.set(name, entry.values[name] ?? "");
    body.set("form_token", entry.key);
    for (const file of entry.files) body.append("attachment", file.blob, file.name);
    const headers = { Accept: "application/json", "X-CSRFToken": fresh };
    if (isLater) headers["X-Sent-Later"] = "1";
    const answer = await reach(`/desk/projects/${entry.project}/follow-up/`, { method: "POST", body, headers });
    const is_json = answer.headers.get("Content-Type")?.includes("json");
    if (answer.ok && is_json) return answer.json();
    if (is_json) return answer.json().then((said) => ({ reason: said.reason, fields: said.fields }));
    if (answer.status === 404) return { reason: "项目已不在您能看到的范围，请另选项目或联系科长。" };
    return { reason: answer.status === 403 ? "您现在不能跟进这个项目，请联系科长。" : "没有被接受，请打开核对后再记。" };
  };

  /* The line on every page: 未发送 n 条. */
  const bar = () => {
    let line = document.getElementById("unsent");
    if (!line) {
      line = document.createElement("section");
      line.id = "unsent";
      line.className = "unsent";
      line.setAttribute("aria-label", "未发送的跟进");
      line.setAttribute("role", "status");
      const messages = document.getElementById("messages");
      if (messages) messages.before(line); else document.body.prepend(line);
    }
    return line;
  };
  const element = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const show = async (said = "") => {
    const waiting = await queued();
    if (!waiting.length && !said) return void document.getElementById("unsent")?.remove();
    const line = bar();
    line.replaceChildren();
    if (waiting.length) {
      const head = element("p", "");
      head.append(element("b", `未发送 ${waiting.length} 条跟进`), element("span", said || (navigator.onLine ? "" : "没有网络，联网后自动发送")));
      const again = element("button", "现在发送", { type: "button", className: "button quiet" });
      again.addEventListener("click", () => flush({ isAsked: true }));
      head.append(again);
      const list = element("ul", "");
      for (const entry of waiting) {
        const row = element("li", "");
        const told = element("div", "");
        told.append(element("b", entry.called), element("span", entry.values.content.slice(0, 60)));
        if (entry.refusal) told.append(element("em", `没有被接受：${entry.refusal}`));
        const mend = element("a", "打开", { href: `/desk/projects/${entry.project}/follow-up/?unsent=${entry.key}` });
        const discard = element("button", "丢弃", { type: "button", className: "plain" });
        discard.addEventListener("click", async () => {
          if (!confirm("丢弃这条没有发送的跟进？内容和照片会从本机删除。")) return;
          await drop(entry.id);
          show();
        });
        row.append(told, mend, discard);
        list.append(row);
      }
      line.append(head, list);
    } else {
      line.append(element("p", said));
    }
  };

  const form = document.querySelector("form[data-follow-up]");
  const opened = new URLSearchParams(location.search).get("unsent"); // it is in the form now
  let isFlushing = false;
  const flush = async ({ isAsked = false } = {}) => {
    if (isFlushing) return;
    isFlushing = true;
    let sent = 0, said = "";
    try {
      for (const entry of await queued()) {
        if (entry.key === opened || (entry.refusal && !isAsked)) continue;
        const answer = await send(entry, { isLater: true });
        if (answer.signin) { said = "请重新登录后再发送"; break; }
        if (answer.url) {
          await drop(entry.id);
          sent += 1;
          if (form?.elements.form_token.value === entry.key) location.assign(answer.url);
        }
        else await put({ ...entry, refusal: answer.reason || "请打开核对" });
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      said = "没有网络，联网后自动发送";
    } finally {
      isFlushing = false;
    }
    await show(sent ? `已发送 ${sent} 条跟进` : said);
  };
  /* Two windows do not send the same entry at once; if they did, the key would still keep it single. */
  const alone = (work) => (navigator.locks ? navigator.locks.request("parkledger-queue", { ifAvailable: true }, (lock) => (lock ? work() : null)) : work());

  /* Photos: turned and made smaller before they are kept, without where and with what they were taken. */
  const shrunk = async (file) => {
    if (!/^image\/(jpeg|png)$/.test(file.type) || file.size < SMALL) return { name: file.name, type: file.type, blob: file };
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const ratio = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * ratio);
      canvas.height = Math.round(picture.height * ratio);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return blob ? { name: `${file.name.replace(/\.\w+$/, "")}.jpg`, type: "image/jpeg", blob } : { name: file.name, type: file.type, blob: file };
    } catch {
      return { name: file.name, type: file.type, blob: file };
    }
  };
  const dataUrl = (blob) => new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => done("");
    reader.readAsDataURL(blob);
  });

  /* The form */
  const begin = async () => {
    const project = form.dataset.followUp, field = (name) => form.elements[name];
    const note = form.querySelector("[data-kept]"), shots = form.querySelector("[data-shots]");
    const input = form.elements.attachment;
    let files = [], entryId = "", timer = 0, isDone = false;
    let taking = Promise.resolve(); // what was kept, then each photo made smaller: sending waits for all

    const values = () => Object.fromEntries(FIELDS.map((name) => [name, field(name).value]));
    const fresh = values();
    const fill = (kept) => {
      for (const name of FIELDS) if (kept[name] !== undefined) field(name).value = kept[name];
    };
    const draw = async () => {
      shots.replaceChildren();
      for (const [place, file] of files.entries()) {
        const item = document.createElement("li");
        const url = file.type.startsWith("image/") ? await dataUrl(file.blob) : "";
        item.append(url ? Object.assign(new Image(), { src: url, alt: file.name }) : element("span", file.name));
        const away = element("button", "×", { type: "button" });
        away.setAttribute("aria-label", `去掉${file.name}`);
        away.addEventListener("click", () => { files.splice(place, 1); draw(); keep(); });
        item.append(away);
        shots.append(item);
      }
    };
    const keep = () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        if (isDone) return;
        const now = values();
        const isEmpty = !files.length && FIELDS.every((name) => now[name] === fresh[name]);
        if (isEmpty) await drop(draftId(project));
        else await put({ id: draftId(project), user: me, project, called: form.dataset.called, key: field("form_token").value, values: now, files, at: Date.now() });
      }, 300);
    };
    const say = (text, away = null) => {
      note.hidden = !text;
      note.replaceChildren(element("span", text));
      if (!away) return;
      const button = element("button", "清空重写", { type: "button", className: "plain" });
      button.addEventListener("click", away);
      note.append(" ", button);
    };

    /* The file field becomes two buttons: the camera, or whatever is there. */
    input.hidden = true;
    form.querySelector("[data-snap]").hidden = false;
    const take = (attributes) => {
      const chooser = Object.assign(document.createElement("input"), { type: "file", multiple: true, ...attributes });
      if (attributes.capture) chooser.setAttribute("capture", attributes.capture);
      chooser.addEventListener("change", () => add([...chooser.files]));
      chooser.click();
    };
    const add = (chosen) => {
      taking = taking.then(async () => {
        for (const file of chosen) files.push(await shrunk(file));
        await draw();
        keep();
      });
    };
    form.querySelector("[data-camera]").addEventListener("click", () => take({ accept: "image/jpeg,image/png", capture: "environment" }));
    form.querySelector("[data-choose]").addEventListener("click", () => take({ accept: input.accept }));
    const takeChosen = () => { const chosen = [...input.files]; input.value = ""; if (chosen.length) add(chosen); };
    input.addEventListener("change", takeChosen);

    form.removeAttribute("data-guard"); // nothing is lost by leaving
    form.addEventListener("input", keep);
    form.addEventListener("click", (event) => { if (event.target instanceof HTMLButtonElement && event.target.closest(".quick")) keep(); });

    const restore = async () => {
      const waiting = opened ? (await queued()).find((one) => one.key === opened) : null;
      const draft = waiting ?? (await get(draftId(project)));
      if (!draft || draft.user !== me) return;
      fill(draft.values);
      field("form_token").value = draft.key;
      files = draft.files;
      entryId = waiting ? waiting.id : "";
      await draw();
      say(waiting ? `上次没有发送${waiting.refusal ? `：${waiting.refusal}` : ""}` : "已恢复上次没记完的内容。", async () => {
        await drop(draft.id);
        isDone = true;
        location.assign(location.pathname);
      });
    };
    taking = restore();
    takeChosen(); // chosen before this script ran

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isDone) return;
      if (!field("content").value.trim()) { form.submit(); return; }
      isDone = true;
      const button = form.querySelector("[type=submit]");
      button.disabled = true;
      await taking;
      clearTimeout(timer);
      const key = field("form_token").value;
      const entry = { id: entryId || `queue:${me}:${key}`, is_queued: true, user: me, project, called: form.dataset.called, key, values: values(), files, at: Date.now() };
      try {
        await put(entry);
        await drop(draftId(project));
        const answer = await send(entry, { isLater: false });
        if (answer.url) {
          await drop(entry.id);
          location.assign(answer.url);
          return;
        }
        if (answer.signin) {
          say("登录已过期：内容保留在本机，重新登录后会自动发送。");
          return void show("请重新登录后再发送");
        }
        /* Refused: the server says it at each field, and the draft brings back what was typed. */
        await drop(entry.id);
        await put({ ...entry, id: draftId(project), is_queued: false });
        refuse(answer);
        isDone = false;
        button.disabled = false;
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        say("没有网络：已存在本机，联网后自动发送。可以离开这一页。");
        form.querySelector(".grid").inert = true;
        form.querySelector(".form-do").hidden = true;
        await show("没有网络，联网后自动发送");
      }
    });
    const refuse = (answer) => {
      for (const old of form.querySelectorAll(".error[data-said]")) old.remove();
      for (const [name, why] of Object.entries(answer.fields ?? {})) {
        const at = field(name);
        const place = (at instanceof RadioNodeList ? at[0] : at)?.closest(".field");
        if (!place) continue;
        const line = element("p", why, { className: "error" });
        line.dataset.said = "";
        place.append(line);
        place.classList.add("has-error");
      }
      say(`没有记下：${answer.reason || "请核对后再记"}`);
      if (answer.fields && "__all__" in answer.fields) field("form_token").value = crypto.randomUUID();
      note.scrollIntoView({ block: "center" });
    };
  };

  /* Signing out takes what is kept for this user off the machine, and says so first. */
  document.addEventListener("submit", (event) => {
    const leaving = event.target;
    if (!(leaving instanceof HTMLFormElement) || !leaving.matches("form[data-leave]") || leaving.dataset.leave === "sure") return;
    event.preventDefault();
    mine().then(async (kept) => {
      const waiting = kept.filter((one) => one.is_queued).length, drafts = kept.length - waiting;
      const parts = [waiting ? `${waiting} 条未发送的跟进` : "", drafts ? `${drafts} 条没写完的跟进` : ""].filter(Boolean);
      if (parts.length && !confirm(`本机还有${parts.join("、")}。退出登录会把它们从本机删除，确定退出？`)) return;
      for (const one of kept) await drop(one.id);
      leaving.dataset.leave = "sure";
      leaving.submit();
    });
  });

  window.addEventListener("online", () => alone(flush));
  window.addEventListener("offline", () => show());
  document.addEventListener("DOMContentLoaded", async () => {
    await sweep();
    if (form) await begin();
    const waiting = await queued();
    if (waiting.length) { await show(); if (navigator.onLine) await alone(flush); }
  });
})();
