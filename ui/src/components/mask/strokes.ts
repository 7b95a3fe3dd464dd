/** What was done to a mask, in order; the mask is painted from it, and undoing takes the last away. */

export interface Point {
  x: number;
  y: number;
}

export type Act = { kind: "stroke"; erase: boolean; size: number; points: Point[] } | { kind: "invert" } | { kind: "clear" };

type Brush = CanvasRenderingContext2D;

export function paint(on: Brush, act: Act, from = 0): void {
  const { width, height } = on.canvas;
  if (act.kind === "clear") {
    on.clearRect(0, 0, width, height);
  } else if (act.kind === "invert") {
    on.globalCompositeOperation = "xor";
    on.fillRect(0, 0, width, height);
    on.globalCompositeOperation = "source-over";
  } else {
    on.globalCompositeOperation = act.erase ? "destination-out" : "source-over";
    on.lineWidth = act.size;
    on.lineCap = "round";
    on.lineJoin = "round";
    on.beginPath();
    const points = act.points.slice(Math.max(0, from - 1));
    const first = points[0];
    if (first) {
      on.moveTo(first.x, first.y);
      // A line of no length with round ends is a dab.
      if (points.length === 1) on.lineTo(first.x, first.y + 0.01);
      for (const p of points.slice(1)) on.lineTo(p.x, p.y);
    }
    on.stroke();
    on.globalCompositeOperation = "source-over";
  }
}

export function repaint(on: Brush, acts: Act[]): void {
  on.clearRect(0, 0, on.canvas.width, on.canvas.height);
  for (const act of acts) paint(on, act);
}

/** The mask as servers want it, white where it is painted, and the share of it that is white. */
export async function finish(of: HTMLCanvasElement): Promise<{ blob: Blob; share: number }> {
  const out = document.createElement("canvas");
  out.width = of.width;
  out.height = of.height;
  const pen = out.getContext("2d")!;
  pen.drawImage(of, 0, 0);
  const data = pen.getImageData(0, 0, out.width, out.height);
  let white = 0;
  for (let i = 0; i < data.data.length; i += 4) {
    const on = data.data[i + 3]! > 127;
    if (on) white += 1;
    data.data.fill(on ? 255 : 0, i, i + 3);
    data.data[i + 3] = 255;
  }
  pen.putImageData(data, 0, 0);
  const blob = await new Promise<Blob | null>((then) => out.toBlob(then, "image/png"));
  if (!blob) throw new Error("the mask cannot be written");
  return { blob, share: white / (out.width * out.height) };
}
