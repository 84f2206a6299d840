// What is measured: figures of the moment, and the last minute as lines.

import { byId, setText } from "./page.js";

function bitrate(kbps) {
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(2)} Mbit/s` : `${Math.round(kbps)} kbit/s`;
}

const KEPT = 60;
const history = { fps: [], bitrate: [] };
let target = 0;

/** The frame rate to be kept, drawn as a dashed line. */
export function setTarget(fps) {
  target = fps;
}

export function showMetrics(metrics) {
  for (const name of ["fps", "bitrate"]) {
    history[name].push(metrics[name]);
    if (history[name].length > KEPT) history[name].shift();
  }
  setText("fps", metrics.fps.toFixed(1));
  setText("bitrate", bitrate(metrics.bitrate));
  setText("dropped", String(metrics.droppedFrames));
  setText("latency", `${Math.round(metrics.encoderLatency)} ms`);
  setText("cpu", `${Math.round(metrics.cpuUsage)} %`);
  setText("memory", `${Math.round(metrics.memoryUsage / 1048576)} MiB`);
  drawCharts();
}

function drawCharts() {
  draw(byId("fps-chart"), history.fps, Math.max(10, target * 1.2), "#57d19a", target);
  draw(byId("bitrate-chart"), history.bitrate, Math.max(100, ...history.bitrate) * 1.2, "#7aa7ff", 0);
}

/** The newest value is at the right edge, a minute ago at the left. */
function draw(canvas, values, top, color, mark) {
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const y = (value) => height - 2 - (height - 4) * Math.min(1, value / top);
  const line = (at, style) => {
    context.strokeStyle = style;
    context.beginPath();
    context.moveTo(0, at);
    context.lineTo(width, at);
    context.stroke();
  };
  line(height - 1.5, "#2e3447");
  if (mark > 0) {
    context.setLineDash([4, 4]);
    line(y(mark), "#667089");
    context.setLineDash([]);
  }
  if (values.length < 2) return;
  const x = (index) => width - ((values.length - 1 - index) * width) / (KEPT - 1);
  context.beginPath();
  values.forEach((value, index) => context.lineTo(x(index), y(value)));
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.strokeStyle = color;
  context.stroke();
  context.lineTo(width, height - 2);
  context.lineTo(x(0), height - 2);
  context.globalAlpha = 0.12;
  context.fillStyle = color;
  context.fill();
}

new ResizeObserver(drawCharts).observe(byId("fps-chart"));
