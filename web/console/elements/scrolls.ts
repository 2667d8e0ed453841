// What scrolls sideways is reached by keyboard too, under the name of its sheet, else of its page.
function mark(): void {
  for (const scroller of document.querySelectorAll<HTMLElement>(":is(.scroll, .guide pre):not([tabindex])")) {
    if (scroller.scrollWidth <= scroller.clientWidth) continue;
    scroller.tabIndex = 0;
    const heading = scroller.closest(".sheet")?.querySelector("h2") ?? document.querySelector("h1");
    const title = heading?.textContent?.trim();
    if (!title) continue;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", title.replace(/\s+/g, " "));
  }
}
mark();
new ResizeObserver(mark).observe(document.documentElement);
document.addEventListener("htmx:afterSettle", mark);
