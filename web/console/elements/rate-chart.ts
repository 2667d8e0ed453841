// 能否按期完成: the line of what was done against the plan. Its source is the table inside, which stays for reading aloud.
import { LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, MarkLineComponent, SVGRenderer]);

class RateChart extends HTMLElement {
  connectedCallback(): void {
    const rows = [...this.querySelectorAll("tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent?.trim() ?? ""),
    );
    const place = document.createElement("div");
    place.className = "canvas";
    place.setAttribute("aria-hidden", "true");
    this.prepend(place);
    const colour = (name: string) => getComputedStyle(this).getPropertyValue(name).trim();
    const number = (text: string | undefined) => (text ? Number(text.replaceAll(",", "")) : null);
    const far = parseFloat(getComputedStyle(this).fontSize) >= 18; // the wall is read across a room
    const fontSize = far ? 18 : 12;
    const chart = init(place, null, { renderer: "svg" });
    const total = Number(this.dataset.total ?? 0);
    chart.setOption({
      animation: false,
      grid: far ? { left: 66, right: 24, top: 18, bottom: 34 } : { left: 44, right: 16, top: 14, bottom: 24 },
      xAxis: {
        type: "category",
        data: rows.map((row) => row[0]),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("--rule-2") } },
        axisLabel: { color: colour("--ink-3"), fontSize, showMinLabel: true, showMaxLabel: true, hideOverlap: true },
      },
      yAxis: {
        type: "value",
        max: total || undefined,
        splitLine: { lineStyle: { color: colour("--rule") } },
        axisLabel: { color: colour("--ink-3"), fontSize },
      },
      series: [
        {
          type: "line",
          data: rows.map((row) => number(row[2])),
          showSymbol: false,
          lineStyle: { color: colour("--ink-2"), type: "dashed", width: 1.5 },
        },
        {
          type: "line",
          data: rows.map((row) => number(row[1])),
          showSymbol: false,
          lineStyle: { color: colour("--v"), width: 3 },
        },
      ],
    });
    const fit = () => {
      chart.resize();
      const { clientWidth, clientHeight } = place;
      // With a view box the drawing scales on paper.
      if (clientWidth) place.querySelector("svg")?.setAttribute("viewBox", `0 0 ${clientWidth} ${clientHeight}`);
    };
    new ResizeObserver(fit).observe(place);
  }
}
customElements.define("rate-chart", RateChart);
