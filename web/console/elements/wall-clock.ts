// The wall's time, and whether its figures still come: said in words, for a screen nobody sits at.
const time = new Intl.DateTimeFormat("zh-CN", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: "Asia/Shanghai",
});

class WallClock extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    const tick = () => (this.textContent = time.format(new Date()));
    tick();
    this.timer = window.setInterval(tick, 5000);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
  }
}
customElements.define("wall-clock", WallClock);
