// 能否按期完成: the line of what was done against the plan, and at the recent pace what will be, between its bounds. Its
// source is the table inside, which stays for reading aloud.
import { LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, MarkPointComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

/** The wall's letters are at least so large (px): it is read across a room, and so is what is drawn on it. */
const WALL_LETTERS = 18;
const LETTERS = 12;
/** Below so much of the total, and behind so much of the days, there is room above left of today's point. */
const ROOM_ABOVE = 0.85;
const ROOM_LEFT = 1 / 3;
/** Behind so much of the days, words to the right of today's point would go over the edge. */
const EDGE = 0.8;
/** From today's point to its words (px): below it the line of the plan may pass. */
const WORDS_ABOVE = 6;
const WORDS_BELOW = 14;

use([LineChart, GridComponent, MarkLineComponent, MarkPointComponent, SVGRenderer]);

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
    const today = rows.map((row) => !!row[1]).lastIndexOf(true);
    const now = number(rows[today]?.[1]) ?? 0;
    /** A column of the days to come, beginning where the line of what was done ends. */
    const ahead = (column: number) => rows.map((row, at) => (at === today ? now : number(row[column])));
    const [expected, lowest, highest] = [ahead(3), ahead(4), ahead(5)];
    // The lines rise, so above left of today's point is free where the plan lies below it, and else below right.
    const plan = number(rows[today]?.[2]) ?? 0;
    const total = Number(this.dataset.total ?? 0);
    const above = now >= plan && now < ROOM_ABOVE * total && today > ROOM_LEFT * rows.length;
    const behind = this.dataset.behind && Number(this.dataset.behind) ? `差 ${this.dataset.behind}` : "";
    const far = parseFloat(getComputedStyle(this).fontSize) >= WALL_LETTERS;
    const fontSize = far ? WALL_LETTERS : LETTERS;
    const chart = init(place, null, { renderer: "svg" });
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
        { type: "line", stack: "band", data: lowest, showSymbol: false, lineStyle: { opacity: 0 }, silent: true },
        {
          type: "line",
          stack: "band",
          data: highest.map((most, at) => (most === null ? null : most - (lowest[at] ?? most))),
          showSymbol: false,
          lineStyle: { opacity: 0 },
          areaStyle: { color: colour("--v"), opacity: 0.18 },
          silent: true,
        },
        {
          type: "line",
          data: expected,
          showSymbol: false,
          lineStyle: { color: colour("--v"), type: "dotted", width: 2 },
        },
        {
          type: "line",
          data: rows.map((row) => number(row[1])),
          showSymbol: false,
          lineStyle: { color: colour("--v"), width: 3 },
          markLine: {
            silent: true,
            symbol: "none",
            label: {
              color: colour("--ink-3"),
              fontSize,
              formatter: "到期",
              position: "start",
              distance: -16,
              align: "right",
            },
            lineStyle: { color: colour("--rule-2"), type: "dotted" },
            data:
              this.dataset.due && rows.some((row) => row[0] === this.dataset.due) ? [{ xAxis: this.dataset.due }] : [],
          },
          markPoint: {
            silent: true,
            symbol: "circle",
            symbolSize: 8,
            itemStyle: { color: colour("--v") },
            label: {
              color: colour("--ink"),
              textBorderColor: colour("--sheet"), // over a line it crosses it is read all the same
              textBorderWidth: 3,
              fontSize,
              position: above ? "top" : "bottom",
              distance: above ? WORDS_ABOVE : WORDS_BELOW,
              align: above || today > EDGE * rows.length ? "right" : "left",
              formatter: ["实际 " + now.toLocaleString("en"), behind].filter(Boolean).join("\n"),
            },
            data: today >= 0 ? [{ coord: [today, now] }] : [],
          },
        },
      ],
    });
    // With a view box the drawing scales on paper. It is of what is drawn: paper is printed before it is drawn anew.
    chart.on("rendered", () => {
      place.querySelector("svg")?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}
customElements.define("rate-chart", RateChart);
