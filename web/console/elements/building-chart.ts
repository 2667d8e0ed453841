// 楼盘表: the server draws the elevation as a grid of links; this adds arrows, and shows the chosen door beside it.
// Where there is no room beside it, or no script, a door is a link to its page.
const BESIDE = "(min-width: 1181px)";
class BuildingChart extends HTMLElement {
  connectedCallback(): void {
    const doors = [...this.querySelectorAll<HTMLAnchorElement>("a[data-col]")];
    doors.forEach((door, index) => (door.tabIndex = index === 0 ? 0 : -1));
    this.addEventListener("keydown", (event) => this.move(event, doors));
    this.addEventListener("click", (event) => {
      const door = (event.target as HTMLElement).closest<HTMLAnchorElement>("a[data-col]");
      const byMouse = event.detail === 1 && !(event.ctrlKey || event.metaKey || event.shiftKey);
      if (!door || !byMouse || !matchMedia(BESIDE).matches) return;
      event.preventDefault();
      door.focus();
    });
    this.addEventListener("focusin", (event) => {
      const door = (event.target as HTMLElement).closest<HTMLAnchorElement>("a[data-col]");
      if (!door) return;
      for (const other of doors) {
        other.tabIndex = other === door ? 0 : -1;
        other.classList.toggle("sel", other === door);
      }
    });
  }

  private move(event: KeyboardEvent, doors: HTMLAnchorElement[]): void {
    const from = (event.target as HTMLElement).closest<HTMLAnchorElement>("a[data-col]");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!from || !step) return;
    event.preventDefault();
    const [column, floor] = [Number(from.dataset.col), Number(from.dataset.floor)];
    const ahead = doors.filter((door) => {
      const across = Number(door.dataset.col) - column;
      const up = Number(door.dataset.floor) - floor;
      return step[0] ? up === 0 && Math.sign(across) === step[0] : Math.sign(up) === step[1];
    });
    // The next floor that has doors; on it the door in the same column, else the nearest.
    const distance = (door: HTMLAnchorElement) =>
      Math.abs(Number(door.dataset.col) - column) + 1000 * Math.abs(Number(door.dataset.floor) - floor);
    ahead.sort((a, b) => distance(a) - distance(b))[0]?.focus();
  }
}
customElements.define("building-chart", BuildingChart);
