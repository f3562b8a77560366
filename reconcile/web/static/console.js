/* Keys, dragging files in, progress: comforts on top of pages that work without them. No dependencies but htmx. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  // --- the keys -----------------------------------------------------------------------------------------------------
  const typing = (node) => node && (/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !/^(checkbox|radio|button|submit)$/.test(node.type));
  const links = () => $$("a[data-payment]");
  const current = () => {
    const all = links();
    const at = all.indexOf(document.activeElement);
    return at >= 0 ? at : all.findIndex((a) => a.closest("li").classList.contains("here"));
  };
  function step(by) {
    const all = links();
    if (!all.length) return;
    const next = all[Math.min(Math.max(current() + by, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    if ($("[data-payment-open]")) next.click();
  }
  function open(key) {
    const box = $$("[data-act]").find((node) => node.dataset.act.split(" ").includes(key));
    if (!box) return false;
    if (box.tagName === "DETAILS") box.open = true;
    const field = $('input[name="account"]:not([type="hidden"])', box) || $('input[name="reason"]', box) || $("input:not([type=hidden])", box);
    if (field) { field.focus(); field.scrollIntoView({ block: "center" }); }
    return true;
  }
  const help = $("#keys");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || (help && help.open)) return;
    const key = event.key;
    if (key === "?" && help) help.showModal();
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "x") { const all = links(), at = current(), box = at >= 0 && $('input[name="payment"]', all[at].closest("li")); if (!box) return; box.checked = !box.checked; }
    else if (key === "/") { const field = $('[data-key="/"]'); if (!field) return; field.focus(); field.select(); }
    else if (!(/^[a-z1-9]$/.test(key) && open(key))) return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-help]") && help) help.showModal(); });

  // --- a payment beside its list, without loading the list again ---------------------------------------------------------
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-payment]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button || !window.htmx || innerWidth <= 1020) return;
    event.preventDefault();
    $$(".list li.here").forEach((node) => { node.classList.remove("here"); node.removeAttribute("aria-current"); });
    const line = link.closest("li");
    line.classList.add("here");
    line.setAttribute("aria-current", "true");
    history.replaceState(null, "", link.href);
    htmx.ajax("GET", link.getAttribute("href"), { target: "#payment", swap: "innerHTML" });
  });

  // --- the same act is not sent twice ------------------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  // --- files ---------------------------------------------------------------------------------------------------------------
  const drop = $("[data-drop]");
  if (drop) {
    const form = drop.closest("form");
    const field = $('input[type="file"]', form);
    const told = $("[data-told]", form);
    const most = Number(form.dataset.most);
    const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
    ["dragenter", "dragover"].forEach((name) => addEventListener(name, (event) => { stop(event); drop.classList.add("over"); }));
    ["dragleave", "drop"].forEach((name) => addEventListener(name, (event) => { stop(event); if (name === "drop" || !event.relatedTarget) drop.classList.remove("over"); }));
    addEventListener("drop", (event) => { if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; send(); } });
    field.addEventListener("change", () => { if (field.files.length) send(); });
    form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
    function say(words, bad) { told.textContent = words; told.className = bad ? "bad" : "soft"; told.hidden = false; }
    function send() {
      const size = [...field.files].reduce((sum, file) => sum + file.size, 0);
      if (!size) return;
      if (size > most) { say(form.dataset.tooLarge, true); return; }
      const bar = $("progress", form);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("hx-request", "true");
      request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
      request.addEventListener("load", () => {
        bar.hidden = true;
        if (request.status === 200) { $("#jobs").innerHTML = request.responseText; htmx.process($("#jobs")); told.hidden = true; form.reset(); }
        else if (request.status === 401) location.assign("/sign-in");
        else say(request.status === 413 ? form.dataset.tooLarge : form.dataset.failed, true);
      });
      request.addEventListener("error", () => { bar.hidden = true; say(form.dataset.failed, true); });
      bar.hidden = false;
      bar.value = 0;
      say([...field.files].map((file) => file.name).join(", "), false);
      request.send(new FormData(form));
    }
  }
})();
