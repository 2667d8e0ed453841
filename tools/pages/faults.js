() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  const AIR = 0.17; // of a text's height: above and below the characters of a large type
  const MOST_OVERLAPS = 6;

  const folded = (element) => {
    const outer = element.closest("details:not([open])");
    if (!outer) return false;
    return element.closest("summary")?.parentElement !== outer || folded(outer.parentElement);
  };

  const visible = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width <= 1 || box.height <= 1 || style.visibility === "hidden") return false;
    return !folded(element) && !element.closest(".sr, .skip, rate-chart, kbd");
  };

  const words = (text) => text.trim().replace(/\s+/g, " ");

  const name = (element) => {
    const isPlain = element.className && element.className.baseVal === undefined;
    const classes = isPlain ? `.${[...element.classList].join(".")}` : "";
    const text = words(element.textContent || element.getAttribute("aria-label") || "").slice(0, 40);
    return `${element.tagName.toLowerCase()}${classes} “${text}”`;
  };

  const every = (selector) => [...document.querySelectorAll(selector)].filter(visible);

  const ancestors = (element) => {
    const above = [];
    for (let parent = element; parent; parent = parent.parentElement) above.push(parent);
    return above;
  };

  const fixed = (element) =>
    ancestors(element).some((parent) => /fixed|sticky/.test(getComputedStyle(parent).position));

  const lookSideways = () => {
    const whole = document.documentElement.scrollWidth;
    if (whole <= width) return;
    const beyond = every("body *").filter(
      (element) => element.getBoundingClientRect().right > width + 1 && !element.closest(".scroll"),
    );
    faults.push(["sideways", `${whole} > ${width}: ${beyond.slice(0, 2).map(name).join(" | ")}`]);
  };

  const lookForCuts = () => {
    for (const element of every("body *")) {
      if (!element.textContent.trim() || element.closest("svg")) continue;
      const style = getComputedStyle(element);
      const hides = /hidden|clip/.test(style.overflowX) || /hidden|clip/.test(style.overflowY);
      const isWider = element.scrollWidth > element.clientWidth + 1;
      const isHigher = element.scrollHeight > element.clientHeight + 2;
      if (hides && (isWider || isHigher)) faults.push(["cut", name(element)]);
      const isCell = /^(BUTTON|A|TH|TD|LABEL)$/.test(element.tagName);
      const spills = style.overflowX === "visible" && style.display !== "inline" && isWider;
      if (isCell && spills) faults.push(["spills", name(element)]);
    }
  };

  const boxesOfTexts = () => {
    const boxes = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !element || !visible(element)) continue;
      if (element.closest("option, script, style, svg") || fixed(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const { top, bottom, left, right, height, width: wide } of range.getClientRects()) {
        if (wide <= 2 || height <= 2) continue;
        const air = height * AIR;
        const label = node.data.trim().slice(0, 30);
        boxes.push({ top: top + air, bottom: bottom - air, left, right, element, label });
      }
    }
    return boxes;
  };

  const boxesOfFields = () =>
    every("button, input:not([type=hidden]), select, textarea")
      .filter((element) => !fixed(element))
      .map((element) => {
        const { top, bottom, left, right } = element.getBoundingClientRect();
        return { top, bottom, left, right, element, label: name(element) };
      });

  const clipped = (box) =>
    ancestors(box.element.parentElement).some((parent) => {
      if (!/auto|scroll|hidden/.test(getComputedStyle(parent).overflowX)) return false;
      const frame = parent.getBoundingClientRect();
      return box.left >= frame.right - 1 || box.right <= frame.left + 1;
    });

  const overlap = (upper, lower) => {
    const wide = Math.min(upper.right, lower.right) - Math.max(upper.left, lower.left);
    const high = Math.min(upper.bottom, lower.bottom) - Math.max(upper.top, lower.top);
    if (wide <= 3 || high <= 3) return false;
    if (upper.element.contains(lower.element) || lower.element.contains(upper.element)) return false;
    return !clipped(upper) && !clipped(lower);
  };

  const lookForOverlaps = () => {
    const boxes = [...boxesOfTexts(), ...boxesOfFields()].sort((upper, lower) => upper.top - lower.top);
    let n_overlaps = 0;
    for (const [at, upper] of boxes.entries()) {
      if (n_overlaps >= MOST_OVERLAPS) return;
      for (const lower of boxes.slice(at + 1)) {
        if (lower.top >= upper.bottom - 3) break;
        if (!overlap(upper, lower)) continue;
        n_overlaps += 1;
        faults.push(["overlap", `${upper.label} × ${lower.label}`]);
        break;
      }
    }
  };

  const lookForWords = () => {
    for (const element of every("button, a[href], [role=button]")) {
      const says = element.textContent.trim() || element.getAttribute("aria-label");
      const shows = element.querySelector("[aria-label], img[alt], title");
      if (!says && !shows) faults.push(["no words", element.outerHTML.slice(0, 90)]);
    }
    for (const element of every("main button, main .btn")) {
      const isBare = /^(保存|确定|提交|确认|OK)$/.test(element.textContent.trim());
      if (isBare) faults.push(["bare words", name(element)]);
    }
  };

  const lookAtEmptySheets = () => {
    for (const element of every(".empty")) {
      const sheet = element.closest(".sheet, main") || element;
      if (sheet.querySelector("a[href], button")) continue;
      faults.push(["empty", words(element.textContent).slice(0, 90)]);
    }
  };

  lookSideways();
  lookForCuts();
  lookForOverlaps();
  lookForWords();
  lookAtEmptySheets();
  return faults;
};
