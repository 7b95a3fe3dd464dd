/** Paints a mask over a picture with mouse, finger, pen or keys. */

import { useSignal } from "@preact/signals";
import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { toast } from "../../state/toasts";
import { Button, IconButton } from "../Button";
import { Dialog } from "../Dialog";
import { Range } from "../fields";
import { finish, paint, repaint, type Act, type Point } from "./strokes";

export interface Mask {
  blob: Blob;
  /** How much of the picture is marked, 0 to 1. */
  share: number;
  acts: Act[];
}

export function MaskEditor(p: { url: string; name: string; acts: Act[]; onClose: () => void; onDone: (mask: Mask) => void }) {
  const words = t().pictures.mask;
  const size = useSignal(0);
  const brush = useSignal(8);
  const erase = useSignal(false);
  const acts = useSignal<Act[]>(p.acts);
  const undone = useSignal<Act[]>([]);
  const cursor = useSignal<Point | null>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const stroke = useRef<(Act & { kind: "stroke" }) | null>(null);

  const pen = () => canvas.current!.getContext("2d", { willReadFrequently: true })!;
  const ready = () => {
    const el = image.current;
    const on = canvas.current;
    if (!el || !on || el.naturalWidth === 0) return;
    on.width = el.naturalWidth;
    on.height = el.naturalHeight;
    const ink = pen();
    const colour = getComputedStyle(on).color;
    ink.fillStyle = colour;
    ink.strokeStyle = colour;
    repaint(ink, acts.value);
    size.value = Math.min(on.width, on.height);
  };
  useEffect(ready, []);

  /** Brush width in pixels of the picture. */
  const width = () => Math.max(2, (brush.value / 100) * size.value);
  const act = (one: Act) => {
    acts.value = [...acts.value, one];
    undone.value = [];
    paint(pen(), one);
  };
  const undo = () => {
    const last = acts.value.at(-1);
    if (!last) return;
    acts.value = acts.value.slice(0, -1);
    undone.value = [...undone.value, last];
    repaint(pen(), acts.value);
  };
  const redo = () => {
    const next = undone.value.at(-1);
    if (!next) return;
    undone.value = undone.value.slice(0, -1);
    acts.value = [...acts.value, next];
    paint(pen(), next);
  };

  const place = (e: { clientX: number; clientY: number }): Point => {
    const on = canvas.current!;
    const box = on.getBoundingClientRect();
    return { x: ((e.clientX - box.left) / box.width) * on.width, y: ((e.clientY - box.top) / box.height) * on.height };
  };
  const down = (e: TargetedPointerEvent<HTMLCanvasElement>) => {
    if (e.button !== 0 && e.button !== 5) return;
    e.currentTarget.setPointerCapture(e.pointerId);
    stroke.current = { kind: "stroke", erase: erase.value || e.button === 5, size: width(), points: [place(e)] };
    paint(pen(), stroke.current);
  };
  const move = (e: TargetedPointerEvent<HTMLCanvasElement>) => {
    cursor.value = place(e);
    const now = stroke.current;
    if (!now) return;
    const from = now.points.length;
    const all = e.getCoalescedEvents?.() ?? [];
    for (const one of all.length > 0 ? all : [e]) now.points.push(place(one));
    paint(pen(), now, from);
  };
  const up = () => {
    const now = stroke.current;
    stroke.current = null;
    if (now) {
      acts.value = [...acts.value, now];
      undone.value = [];
    }
  };

  const keys = (e: TargetedKeyboardEvent<HTMLDivElement>) => {
    const target = e.target as HTMLElement;
    if (target instanceof HTMLInputElement && e.key.startsWith("Arrow")) return;
    const on = canvas.current!;
    const step = width() / (e.shiftKey ? 8 : 2);
    const at = cursor.value ?? { x: on.width / 2, y: on.height / 2 };
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const by = moves[e.key];
    if (by && target === on) {
      cursor.value = {
        x: Math.max(0, Math.min(on.width, at.x + by[0])),
        y: Math.max(0, Math.min(on.height, at.y + by[1])),
      };
    } else if (e.key === " " && target === on) {
      act({ kind: "stroke", erase: erase.value, size: width(), points: [at] });
      cursor.value = at;
    } else if (e.key === "[") brush.value = Math.max(1, brush.value - 1);
    else if (e.key === "]") brush.value = Math.min(40, brush.value + 1);
    else if (/^z$/i.test(e.key)) (e.shiftKey ? redo : undo)();
    else if (/^i$/i.test(e.key)) act({ kind: "invert" });
    else if (/^e$/i.test(e.key)) erase.value = true;
    else if (/^b$/i.test(e.key)) erase.value = false;
    else return;
    e.preventDefault();
  };

  const done = async () => {
    const { blob, share } = await finish(canvas.current!);
    if (share === 0) toast(words.empty, "error");
    else p.onDone({ blob, share, acts: acts.value });
  };

  const at = cursor.value;
  const on = canvas.current;
  return (
    <Dialog
      title={words.title}
      onClose={p.onClose}
      wide
      foot={
        <>
          <Button onClick={p.onClose}>{t().common.cancel}</Button>
          <Button kind="primary" icon="check" onClick={done}>
            {words.done}
          </Button>
        </>
      }
    >
      <div class="mask" onKeyDown={keys}>
        <div class="mask-tools" role="toolbar" aria-label={words.title}>
          <div class="mask-group">
            <IconButton icon="brush" label={words.brush} pressed={!erase.value} onClick={() => (erase.value = false)} />
            <IconButton icon="eraser" label={words.eraser} pressed={erase.value} onClick={() => (erase.value = true)} />
          </div>
          <Range label={words.size} value={brush} min={1} max={40} show={(n) => `${n} %`} />
          <div class="mask-group">
            <IconButton icon="undo" label={words.undo} disabled={acts.value.length === 0} onClick={undo} />
            <IconButton icon="redo" label={words.redo} disabled={undone.value.length === 0} onClick={redo} />
            <IconButton icon="invert" label={words.invert} onClick={() => act({ kind: "invert" })} />
            <IconButton icon="trash" label={words.clear} onClick={() => act({ kind: "clear" })} />
          </div>
        </div>
        <div class="mask-stage">
          <div class="mask-frame">
            <img ref={image} src={p.url} alt={p.name} onLoad={ready} draggable={false} />
            <canvas
              ref={canvas}
              class="mask-canvas"
              tabIndex={0}
              role="application"
              aria-label={words.canvas}
              onPointerDown={down}
              onPointerMove={move}
              onPointerUp={up}
              onPointerCancel={up}
              onPointerLeave={() => (stroke.current ? undefined : (cursor.value = null))}
            />
            {at && on && on.width > 0 ? (
              <span
                class={erase.value ? "mask-cursor mask-cursor-erase" : "mask-cursor"}
                style={{
                  left: `${(at.x / on.width) * 100}%`,
                  top: `${(at.y / on.height) * 100}%`,
                  width: `${(width() / on.width) * 100}%`,
                  height: `${(width() / on.height) * 100}%`,
                }}
              />
            ) : null}
          </div>
        </div>
        <p class="field-hint">{words.hint}</p>
      </div>
    </Dialog>
  );
}
