// 能不能按期: the line of what was done against the plan, and the expected one from today on. Its source is the table
// inside, which stays for reading aloud.
import { LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, MarkLineComponent, SVGRenderer]);

class RateChart extends HTMLElement {
  connectedCallback(): void {
    const rows = [...this.querySelectorAll<HTMLElement>("tbody tr")].map((row) => ({
      on: row.dataset.on ?? "",
      cells: [...row.children].map((cell) => cell.textContent?.trim() ?? ""),
    }));
    const place = document.createElement("div");
    place.className = "canvas";
    place.setAttribute("aria-hidden", "true");
    this.prepend(place);
    const colour = (name: string) => getComputedStyle(this).getPropertyValue(name).trim();
    const line = (column: number) =>
      rows
        .filter(({ cells }) => cells[column])
        .map(({ on, cells }) => [on, Number(cells[column]!.replaceAll(",", ""))]);
    const far = parseFloat(getComputedStyle(this).fontSize) >= 18; // the wall is read across a room
    const fontSize = far ? 18 : 12;
    const chart = init(place, null, { renderer: "svg" });
    const total = Number(this.dataset.total ?? 0);
    chart.setOption({
      animation: false,
      grid: far ? { left: 66, right: 24, top: 18, bottom: 34 } : { left: 44, right: 16, top: 14, bottom: 24 },
      xAxis: {
        type: "time",
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("--rule-2") } },
        axisLabel: {
          color: colour("--ink-3"),
          fontSize,
          formatter: "{M}月{d}日",
          showMinLabel: true,
          showMaxLabel: true,
          hideOverlap: true,
        },
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
          data: line(2),
          showSymbol: false,
          lineStyle: { color: colour("--ink-2"), type: "dashed", width: 1.5 },
        },
        {
          type: "line",
          data: line(1),
          showSymbol: false,
          lineStyle: { color: colour("--v"), width: 3 },
        },
        {
          type: "line",
          data: line(3),
          showSymbol: false,
          lineStyle: { color: colour("--v"), type: "dotted", width: 2 },
        },
      ],
    });
    // With a view box the drawing scales on paper; it is of what is drawn, for paper is printed before it is drawn anew.
    chart.on("rendered", () => {
      place.querySelector("svg")?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}
customElements.define("rate-chart", RateChart);
