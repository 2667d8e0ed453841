// What scrolls sideways is reached by keyboard too, under the name of its sheet.
function mark(): void {
  for (const one of document.querySelectorAll<HTMLElement>(":is(.scroll, .guide pre):not([tabindex])")) {
    if (one.scrollWidth <= one.clientWidth) continue;
    one.tabIndex = 0;
    const title = one.closest(".sheet")?.querySelector("h2")?.textContent?.trim();
    if (!title) continue;
    one.setAttribute("role", "region");
    one.setAttribute("aria-label", title.replace(/\s+/g, " "));
  }
}
mark();
new ResizeObserver(mark).observe(document.documentElement);
document.addEventListener("htmx:afterSettle", mark);
