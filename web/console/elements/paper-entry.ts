// Paper visits typed in: one row a door, one key an outcome, Enter goes on, Backspace takes back. No mouse needed.
class PaperEntry extends HTMLElement {
  connectedCallback(): void {
    const rows = [...this.querySelectorAll<HTMLTableRowElement>("tr[data-door]")];
    const keys = JSON.parse(this.dataset.keys ?? "{}") as Record<string, string>;
    rows.forEach((row, index) => {
      const box = row.querySelector<HTMLSelectElement>("select[data-outcome]");
      box?.addEventListener("keydown", (event) => {
        const next = (by: number) => rows[index + by]?.querySelector<HTMLSelectElement>("select[data-outcome]")?.focus();
        if (event.key in keys) {
          event.preventDefault();
          box.value = keys[event.key];
          box.dispatchEvent(new Event("change", { bubbles: true }));
          next(1);
        } else if (event.key === "Backspace" || event.key === "Delete") {
          event.preventDefault();
          box.value = "";
          box.dispatchEvent(new Event("change", { bubbles: true }));
        } else if (event.key === "Enter" || event.key === "ArrowDown") {
          event.preventDefault();
          next(1);
        } else if (event.key === "ArrowUp") {
          event.preventDefault();
          next(-1);
        }
      });
      box?.addEventListener("change", () => this.show(row, box.value));
      if (box) this.show(row, box.value);
    });
    rows[0]?.querySelector<HTMLSelectElement>("select[data-outcome]")?.focus();
  }

  private show(row: HTMLTableRowElement, outcome: string): void {
    row.classList.toggle("chosen", outcome !== "");
    for (const part of row.querySelectorAll<HTMLElement>("[data-only]")) {
      part.hidden = !part.dataset.only?.split(" ").includes(outcome);
    }
    const done = this.querySelectorAll("tr.chosen").length;
    for (const place of this.querySelectorAll<HTMLElement>("[data-chosen]")) place.textContent = String(done);
  }
}
customElements.define("paper-entry", PaperEntry);
