// A value to be typed over into another system: a button that copies it; without script it is selected as a whole.
class CopyValue extends HTMLElement {
  connectedCallback(): void {
    const value = this.textContent?.trim() ?? "";
    if (!value || this.querySelector("button")) return;
    const text = document.createElement("span");
    text.textContent = value;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn sm noprint";
    button.setAttribute("aria-label", `复制${this.dataset.of ?? ""}`);
    button.textContent = "复制";
    button.addEventListener("click", () => void this.copy(value, text, button));
    this.replaceChildren(text, " ", button);
  }

  private async copy(value: string, text: HTMLElement, button: HTMLButtonElement): Promise<void> {
    const done = await copied(value, text);
    button.textContent = done ? "已复制" : "已选中，按 Ctrl+C";
    setTimeout(() => (button.textContent = "复制"), 3000);
  }
}

// An office without https has no clipboard: there the value is selected and copied as a person would.
export async function copied(value: string, text: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    getSelection()?.selectAllChildren(text);
    return document.execCommand("copy");
  }
}
customElements.define("copy-value", CopyValue);
