// The theme somebody chose here, before anything is drawn; without a choice, and without script, the system's.
(() => {
  const root = document.documentElement;
  const THEMES = ["light", "dark"];

  function kept() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // this reader keeps nothing
    }
  }

  function keep(theme) {
    try {
      if (THEMES.includes(theme)) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch { /* then it holds for this page */ }
  }

  function show(theme) {
    if (THEMES.includes(theme)) root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-choose]")) {
      button.setAttribute("aria-pressed", String(button.dataset.choose === (root.dataset.theme ?? "system")));
    }
    document.dispatchEvent(new Event("theme"));
  }

  root.dataset.script = ""; // there is somebody to press buttons for
  show(kept());
  document.addEventListener("DOMContentLoaded", () => {
    show(kept());
    for (const button of document.querySelectorAll("[data-choose]")) {
      button.addEventListener("click", () => {
        keep(button.dataset.choose);
        show(button.dataset.choose);
      });
    }
  });
  addEventListener("storage", (change) => change.key === "theme" && show(change.newValue));
  addEventListener("pageshow", (event) => event.persisted && show(kept()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("theme")));
})();
