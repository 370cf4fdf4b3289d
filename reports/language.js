"use strict";
// Both languages stand in the page; the style sheet shows the one that the page's own language names. The window keeps
// the reader's choice while it goes from page to page, or draws one anew.
(() => {
  const [root, button] = [document.documentElement, document.getElementById("language")];
  const speak = (language) => {
    for (const part of document.querySelectorAll(`[data-title-${language}]`)) {
      part.setAttribute(`data-title-${root.lang}`, part.title);
      part.title = part.getAttribute(`data-title-${language}`);
      part.removeAttribute(`data-title-${language}`);
    }
    root.lang = language;
    for (const part of document.querySelectorAll("[data-says]")) {
      if (part.dataset.says) part.setAttribute(part.dataset.says, part.dataset[language]);
      else part.textContent = part.dataset[language];
    }
  };
  button.addEventListener("click", () => {
    speak(root.lang === "zh" ? "en" : "zh");
    window.name = `labproof-${root.lang}`;
  });
  const chosen = { "labproof-en": "en", "labproof-zh": "zh" }[window.name];
  if (chosen && chosen !== root.lang) speak(chosen);
  button.hidden = false;
})();
