// A list to be acted on: choosing rows brings the action bar, which says how many are chosen. A form whose boxes have
// another name than "row" says it in data-name. What is done with chosen rows alone, and not with the whole list, is
// marked with data-few.
class SelectRows extends HTMLElement {
  private name = "row";

  connectedCallback(): void {
    this.name = this.dataset.name ?? this.name;
    this.addEventListener("change", (event) => {
      const box = event.target as HTMLInputElement;
      if (box.matches("[data-all]")) for (const row of this.rows()) row.checked = box.checked;
      else if (box.name === this.name && !box.checked && this.whole) this.whole.checked = false;
      this.count();
    });
    this.count();
  }

  private rows(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>(`input[type="checkbox"][name="${this.name}"]`)];
  }

  /** The box that means the whole list, on other pages too; it says how many that are. */
  private get whole(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>("input[data-whole]");
  }

  private count(): void {
    const chosen = this.rows().filter((row) => row.checked);
    for (const row of this.rows()) row.closest("tr")?.classList.toggle("chosen", row.checked);
    const whole = this.whole?.checked ? this.whole.dataset.whole : undefined;
    const bar = this.querySelector<HTMLElement>(".actions");
    if (bar) bar.hidden = chosen.length === 0 && !whole;
    for (const place of this.querySelectorAll<HTMLElement>("[data-chosen]"))
      place.textContent = whole ?? String(chosen.length);
    for (const few of this.querySelectorAll<HTMLElement>("[data-few]")) few.hidden = whole !== undefined;
    this.countHouseholds(whole === undefined ? chosen : []);
  }

  /** Of people that are chosen: in how many households they live. */
  private countHouseholds(chosen: HTMLInputElement[]): void {
    const households = new Set(chosen.map((row) => row.dataset.household).filter((household) => household));
    for (const place of this.querySelectorAll<HTMLElement>("[data-households]")) {
      place.textContent = String(households.size);
      if (place.parentElement) place.parentElement.hidden = households.size === 0;
    }
  }
}
customElements.define("select-rows", SelectRows);
