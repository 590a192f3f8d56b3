// What is wrong with the page as it stands, as a list of sentences. Runs inside the page.
() => {
  const found = [];
  const box = (element) => element.getBoundingClientRect();
  const shown = (element) =>
    box(element).width > 0 && getComputedStyle(element).visibility !== "hidden";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)].filter(shown);
  const overlap = (a, b) =>
    a.left < b.right - 1 && a.right > b.left + 1 && a.top < b.bottom - 1 && a.bottom > b.top + 1;
  const sheet = document.querySelector("dialog[open]");
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) found.push(`the page is ${page.scrollWidth} wide`);

  for (const target of all("button, input, a", sheet ?? document.body)) {
    const { width, height, left, right, top } = box(target);
    const name = target.id || target.className || target.tagName;
    if (target.closest("[inert]")) continue;
    if (Math.min(width, height) < 43.9)
      found.push(`${name} is ${Math.round(width)} x ${Math.round(height)}`);
    if (left < -1 || right > innerWidth + 1 || top + scrollY < -1) found.push(`${name} is outside`);
    if (
      target.tagName !== "INPUT" &&
      target.scrollWidth > target.clientWidth + 1 &&
      !target.closest(".seat")
    )
      found.push(`${name} is cut`);
  }
  if (sheet) return found;

  const dock = document.querySelector(".dock");
  for (const go of all(".go")) {
    const { top, bottom } = box(go);
    if (scrollY === 0 && (top < 0 || bottom > innerHeight + 0.5)) found.push("go is below the window");
  }
  // Where the page is higher than the window, the buttons lie over it on purpose: judge where
  // everything is once it's scrolled there.
  dock.style.position = "static";

  const record = box(document.querySelector(".record"));
  const [x, y, radius] = [
    record.left + record.width / 2,
    record.top + record.height / 2,
    record.width / 2,
  ];
  const names = all(".seat .name").filter((name) => name.textContent.trim() !== "");
  const outer = names.filter((name) => !name.closest("[data-me]"));
  for (const name of outer) {
    const b = box(name);
    if (b.left < -0.5 || b.right > innerWidth + 0.5 || b.top + scrollY < 0)
      found.push(`the name ${name.textContent} is outside`);
    const near = Math.hypot(
      Math.max(b.left, Math.min(x, b.right)) - x,
      Math.max(b.top, Math.min(y, b.bottom)) - y,
    );
    if (near < radius - 3)
      found.push(`the name ${name.textContent} is on the record by ${Math.round(radius - near)}`);
    for (const other of outer)
      if (name !== other && overlap(b, box(other)))
        found.push(`${name.textContent} meets ${other.textContent}`);
    for (const place of all(".say p, .dock > *, .top > *"))
      if (overlap(b, box(place)))
        found.push(`${name.textContent} meets ${place.className || place.id || place.tagName}`);
  }
  // What may lie around a seat, shown just now or not: a badge, and a ring of the countdown or of
  // the focus.
  const RING = 6;
  for (const seat of all(".seat")) {
    const badge = seat.querySelector(".badge");
    if (seat.dataset.phase !== "free") badge.style.display = "block";
    const [around, sign] = [box(seat), box(badge)];
    badge.style.display = "";
    const [sx, sy] = [around.left + around.width / 2, around.top + around.height / 2];
    for (const name of names) {
      const b = box(name);
      const own = seat.contains(name);
      const text = `${name.textContent.trim()}, by ${seat.textContent.trim()}`;
      if (
        sign.width > 0 &&
        b.left < sign.right &&
        b.right > sign.left &&
        b.top < sign.bottom &&
        b.bottom > sign.top
      )
        found.push(`a badge is on the name ${text}`);
      if (own && seat.matches(":first-child")) continue; // written inside
      const inside = own
        ? b.top < around.bottom + RING && b.bottom > around.top - RING
        : Math.hypot(
            Math.max(b.left, Math.min(sx, b.right)) - sx,
            Math.max(b.top, Math.min(sy, b.bottom)) - sy,
          ) <
          around.width / 2 + RING - 0.5;
      if (inside) found.push(`a ring is on the name ${text}`);
    }
  }
  for (const text of all(".seat .colour, .seat .animal"))
    if (text.textContent && parseFloat(getComputedStyle(text).fontSize) < 12)
      found.push(`${text.textContent} is too small to read`);
  const discs = all(".disc").map(box);
  discs.forEach((a, i) => {
    const middle = (b) => [b.left + b.width / 2, b.top + b.height / 2];
    const [ax, ay] = middle(a);
    if (Math.hypot(ax - x, ay - y) < radius + a.width / 2 - 3)
      found.push(`seat ${i} is on the record`);
    discs.slice(i + 1).forEach((b) => {
      const [bx, by] = middle(b);
      if (Math.hypot(ax - bx, ay - by) < (a.width + b.width) / 2)
        found.push(`seat ${i} meets another`);
    });
    for (const place of all(".say p, .dock > *, .top > *"))
      if (overlap(a, box(place)))
        found.push(`seat ${i} meets ${place.className || place.id || place.tagName}`);
  });
  const parts = all(".say p, .dock > *, .mark, .ghost");
  parts.forEach((a, i) =>
    parts.slice(i + 1).forEach((b) => {
      if (overlap(box(a), box(b)))
        found.push(`${a.className || a.tagName} meets ${b.className || b.tagName}`);
    }),
  );
  dock.style.position = "";
  return found;
};
