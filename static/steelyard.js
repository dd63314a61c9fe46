// Small enhancements. Every page works without this file.
"use strict";

(() => {
  const words = document.body.dataset;

  // A second click on "Save" is held back; coming back with the browser's button makes the form usable again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]") || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    // After this turn, so that the name and value of the button are still sent.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button[type=submit]")) {
        button.setAttribute("aria-disabled", "true");
        if (button === event.submitter) { button.dataset.label = button.textContent; button.textContent = words.textSending; }
      }
    });
  });

  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("button[aria-disabled]")) {
        button.removeAttribute("aria-disabled");
        if (button.dataset.label) button.textContent = button.dataset.label;
      }
    }
  });

  // The menu of the phone slides in without leaving a step in the history.
  const navigation = document.getElementById("navigation");
  const opener = document.querySelector("[data-menu]");
  function showNavigation(open) {
    navigation.classList.toggle("is-open", open);
    opener.setAttribute("aria-expanded", String(open));
    (open ? navigation : opener).focus();
  }
  if (navigation && opener) {
    opener.setAttribute("aria-expanded", "false");
    opener.addEventListener("click", (event) => { event.preventDefault(); showNavigation(true); });
    navigation.querySelector("[data-menu-close]").addEventListener("click", (event) => {
      event.preventDefault();
      showNavigation(false);
    });
    document.addEventListener("click", (event) => {
      if (navigation.classList.contains("is-open") && !navigation.contains(event.target) && !opener.contains(event.target)) showNavigation(false);
    });
  }

  // Escape, or a click elsewhere, closes what is open over the page.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (navigation?.classList.contains("is-open")) { showNavigation(false); return; }
    const open = document.querySelector("details[data-popup][open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
  document.addEventListener("click", (event) => {
    for (const popup of document.querySelectorAll("details[data-popup][open]")) {
      if (!popup.contains(event.target)) popup.open = false;
    }
  });

  // After an error the reader, also one who does not see the page, begins at the list of errors.
  document.querySelector(".error-summary")?.focus();

  // Answers are counted while they are given.
  function countAnswers() {
    const counter = document.querySelector("[data-rating-progress]");
    if (!counter) return;
    const scales = [...document.querySelectorAll("[data-rating]")];
    const answered = scales.filter((scale) => scale.querySelector("input:checked")).length;
    const elsewhere = Number(counter.dataset.elsewhere ?? NaN);
    if (Number.isNaN(elsewhere)) {
      counter.dataset.elsewhere = String(Number(counter.querySelector("[data-rating-answered]").textContent) - answered);
      return;
    }
    counter.querySelector("[data-rating-answered]").textContent = String(elsewhere + answered);
    counter.querySelector("progress").value = elsewhere + answered;
  }
  countAnswers();
  document.addEventListener("change", countAnswers);

  // Answers are saved as they are given; what did not get through is tried again until it does.
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const line = form.querySelector("[data-save-state]");
    let timer = null, running = false, dirty = false, wait = 1000;

    function say(text, unsaved) {
      if (!line) return;
      line.textContent = text;
      line.classList.toggle("is-unsaved", unsaved);
    }

    // The server says in a plain sentence why it did not save; a page of its own belongs elsewhere.
    async function reasonOf(answer) {
      return (answer.headers.get("Content-Type") ?? "").startsWith("text/plain") ? answer.text() : "";
    }

    async function save() {
      if (running || form.dataset.sent) return;
      running = true; dirty = false;
      say(words.textSaving, false);
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body: new FormData(form), headers: { "X-Requested-With": "autosave" }, redirect: "manual",
        });
        if (answer.ok) { wait = 1000; say(words.textSaved, false); }
        else if (answer.status >= 500 || answer.status === 429) retry();
        else say(await reasonOf(answer) || words.textRefused, true);
      } catch { retry(); }
      running = false;
      if (dirty) schedule(300);
    }

    function retry() {
      dirty = false;
      wait = Math.min(wait * 2, 30000);
      say(words.textUnsaved, true);
      schedule(wait);
    }

    function schedule(delay) {
      clearTimeout(timer);
      timer = setTimeout(save, delay);
    }

    function changed(delay) {
      dirty = true;
      schedule(delay);
    }

    form.addEventListener("change", () => changed(250));
    form.addEventListener("input", (event) => { if (event.target.matches("textarea")) changed(1500); });
    window.addEventListener("online", () => { if (line?.classList.contains("is-unsaved")) schedule(0); });
    window.addEventListener("beforeunload", (event) => {
      if (line?.classList.contains("is-unsaved") && !form.dataset.sent) event.preventDefault();
    });
  }
})();
