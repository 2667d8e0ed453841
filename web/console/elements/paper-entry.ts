// Paper visits typed in: one row a door, one key an outcome, Enter goes on, Alt+↑ copies the row above,
// Backspace clears, Ctrl+Z takes the last one back. No mouse needed.
type Row = { row: HTMLTableRowElement; box: HTMLSelectElement };

class PaperEntry extends HTMLElement {
  private rows: Row[] = [];
  private steps: { at: number; was: string }[] = [];

  connectedCallback(): void {
    const keys = JSON.parse(this.dataset.keys ?? "{}") as Record<string, string>;
    for (const row of this.querySelectorAll<HTMLTableRowElement>("tr[data-door]")) {
      const box = row.querySelector<HTMLSelectElement>("select[data-outcome]");
      if (box) this.rows.push({ row, box });
    }
    this.rows.forEach(({ row, box }, at) => {
      let before = box.value;
      box.addEventListener("keydown", (event) => this.key(event, at, keys));
      box.addEventListener("change", () => {
        this.steps.push({ at, was: before });
        before = box.value;
        this.show(row, box.value);
      });
      this.show(row, box.value);
    });
    this.focusRow(0);
  }

  private key(event: KeyboardEvent, at: number, keys: Record<string, string>): void {
    const typed = event.key.toLowerCase(); // the letter counts, also with Caps Lock on
    if (event.ctrlKey || event.metaKey) {
      if (typed !== "z") return;
      this.undo();
    } else if (event.altKey) {
      if (event.key !== "ArrowUp" || at === 0) return;
      this.choose(at, this.rows[at - 1].box.value);
      this.focusRow(at + 1);
    } else if (typed in keys) {
      this.choose(at, keys[typed]);
      this.focusRow(at + 1);
    } else if (event.key === "Backspace" || event.key === "Delete") {
      this.choose(at, "");
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      this.focusRow(at + 1);
    } else if (event.key === "ArrowUp") {
      this.focusRow(at - 1);
    } else return;
    event.preventDefault();
  }

  private choose(at: number, outcome: string): void {
    const { box } = this.rows[at];
    if (box.value === outcome) return;
    box.value = outcome;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private undo(): void {
    const step = this.steps.pop();
    if (!step) return;
    this.choose(step.at, step.was);
    this.steps.pop(); // taking back is no step of its own
    this.focusRow(step.at);
  }

  // Below the last door stands the button that saves them all.
  private focusRow(at: number): void {
    if (at < 0) return;
    const next = this.rows[at]?.box ?? this.querySelector<HTMLElement>(".actions .btn.p");
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
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
