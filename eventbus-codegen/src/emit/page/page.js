"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const box = document.getElementById("q");
  const found = document.getElementById("found");
  const events = all("article.event");
  const links = new Map(all("nav ul ul a").map((link) => [link.getAttribute("href").slice(1), link]));

  // Storage is refused in some windows; then a choice lasts as long as the page.
  const store = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* as above */ } },
  };

  const themes = ["auto", "light", "dark"];
  const button = document.getElementById("theme");
  const choose = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = theme[0].toUpperCase() + theme.slice(1);
    button.setAttribute("aria-label", `Theme: ${theme}`);
  };
  const saved = store.get("eventbus-theme");
  choose(themes.includes(saved) ? saved : "auto");
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
    choose(next);
    store.set("eventbus-theme", next);
  });

  const texts = new Map();
  const textOf = (event) => {
    if (!texts.has(event)) texts.set(event, event.textContent.toLowerCase());
    return texts.get(event);
  };
  // The first letter that is typed should not have to wait for all texts.
  const warm = (deadline) => {
    const cold = events.filter((event) => !texts.has(event));
    while (cold.length > 0 && deadline.timeRemaining() > 1) textOf(cold.pop());
    if (cold.length > 0) requestIdleCallback(warm);
  };
  if (window.requestIdleCallback) requestIdleCallback(warm);
  const isShown = (element) => !element.hidden;
  // What stays as it is need not be laid out again.
  const hide = (element, hidden) => { if (element.hidden !== hidden) element.hidden = hidden; };
  const families = all("section.family").map((family) => [family, all("article.event", family)]);
  const lists = all("nav > ul > li").map((list) => [list, all("li", list)]);
  const search = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const event of events) {
      hide(event, !words.every((word) => textOf(event).includes(word)));
      const link = links.get(event.id);
      if (link) hide(link.parentElement, event.hidden);
    }
    for (const [family, inside] of [...families, ...lists]) hide(family, !inside.some(isShown));
    document.body.classList.toggle("searching", words.length > 0);
    const count = events.filter(isShown).length;
    found.textContent = words.length === 0 ? "" : count === 0
      ? `No event matches “${box.value.trim()}”`
      : `${count} of ${events.length} events match`;
    const address = new URL(location.href);
    if (words.length > 0) address.searchParams.set("q", box.value.trim());
    else address.searchParams.delete("q");
    try { history.replaceState(null, "", address); } catch { /* An embedded page has no address of its own. */ }
  };
  // What is out of view has a height that is guessed until it is laid out, which moves what is below it.
  let aim;
  const reach = (target) => {
    aim = target;
    const scroll = (frames) => {
      if (aim !== target) return;
      target.scrollIntoView();
      if (frames > 0) requestAnimationFrame(() => scroll(frames - 1));
    };
    scroll(10);
  };
  const show = (id) => {
    const target = document.getElementById(id);
    if (!target) return;
    const article = target.closest("article.event");
    if (article && article.hidden) {
      box.value = "";
      search();
    }
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    reach(target);
  };
  const follow = () => {
    if (location.hash.length > 1) show(location.hash.slice(1));
  };

  box.addEventListener("input", search);
  box.addEventListener("keydown", (event) => {
    const first = events.find(isShown);
    if ((event.key === "Enter" || event.key === "ArrowDown") && first) {
      event.preventDefault();
      first.querySelector("a.anchor").focus();
      reach(first);
    } else if (event.key === "Escape") {
      box.value = "";
      search();
      box.blur();
    }
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "j" || event.key === "k") {
      const shown = events.filter(isShown);
      const at = shown.findIndex((one) => one.contains(document.activeElement));
      const next = shown[at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)];
      if (next) {
        next.querySelector("a.anchor").focus({ preventScroll: true });
        reach(next);
      }
    }
  });

  for (const copy of all("button.copy")) {
    copy.addEventListener("click", async () => {
      const text = copy.closest(".example").querySelector("pre").textContent;
      try {
        await navigator.clipboard.writeText(text);
        copy.textContent = "Copied";
      } catch {
        copy.textContent = "Not allowed";
      }
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    });
    copy.hidden = false;
  }

  // The navigation says where the reader is.
  const inView = new Set();
  const spy = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) inView.add(entry.target); else inView.delete(entry.target);
    }
    const current = events.find((event) => inView.has(event));
    for (const [id, link] of links) {
      if (current && id === current.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-80px 0px -60% 0px" });
  for (const event of events) spy.observe(event);

  button.hidden = false;
  box.parentElement.hidden = false;
  const asked = new URL(location.href).searchParams.get("q");
  if (asked) {
    box.value = asked;
    search();
  }
  addEventListener("hashchange", follow);
  follow();
})();
