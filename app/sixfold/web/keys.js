// The terminal takes keys at once, without a click, and again when the page comes to the front.
const take = () => document.querySelector(".xterm-helper-textarea")?.focus();
const watch = new MutationObserver(take);
document.addEventListener("DOMContentLoaded", () =>
  watch.observe(document.body, { attributes: true, attributeFilter: ["class"] }),
);
window.addEventListener("focus", take);
