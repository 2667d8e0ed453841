// What scrolls sideways is reached by keyboard too, under the name of its part of the sheet.
function mark(): void {
  for (const scroller of document.querySelectorAll<HTMLElement>(":is(.scroll, .guide pre):not([tabindex])")) {
    if (scroller.scrollWidth <= scroller.clientWidth) continue;
    scroller.tabIndex = 0;
    const title = heading(scroller)?.textContent?.trim();
    if (!title) continue;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", free(title.replace(/\s+/g, " ")));
  }
}

/** The last heading of the sheet before an element. */
function heading(element: HTMLElement): HTMLElement | undefined {
  const headings = [...(element.closest(".sheet")?.querySelectorAll("h2") ?? [])];
  return headings.filter((h2) => h2.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
}

/** A name no other region has: several of one sheet are numbered from the second on. */
function free(title: string): string {
  const taken = new Set(
    [...document.querySelectorAll("[role=region]")].map((region) => region.getAttribute("aria-label")),
  );
  let name = title;
  for (let n = 2; taken.has(name); n++) name = `${title} ${n}`;
  return name;
}

mark();
new ResizeObserver(mark).observe(document.documentElement);
document.addEventListener("htmx:afterSettle", mark);
