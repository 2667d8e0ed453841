import { copied } from "./copy-value";

// The address of what is shown, to be sent to somebody: a link that copies itself; without script it is the link alone.
class CopyLink extends HTMLElement {
  connectedCallback(): void {
    const link = this.querySelector("a");
    const words = link?.querySelector("span");
    if (!link || !words) return;
    const before = words.textContent;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      void this.copy(link.href, words).then((done) => {
        words.textContent = done ? "已复制" : "没有复制，请用右键复制链接";
        setTimeout(() => (words.textContent = before), 3000);
      });
    });
  }

  /** What is copied without a clipboard has to stand on the page for a moment. */
  private async copy(address: string, words: HTMLElement): Promise<boolean> {
    words.textContent = address;
    return copied(address, words);
  }
}
customElements.define("copy-link", CopyLink);
