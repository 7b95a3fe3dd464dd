import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../components/Button";
import { Icon, Mark } from "../../components/Icon";
import { Markdown } from "../../components/Markdown";
import { AiLabel, Empty } from "../../components/parts";
import { t } from "../../i18n";
import { href } from "../../router";
import { options } from "../../state/options";
import { activeCount } from "../../state/jobs";
import { mayMake } from "../../state/session";
import { again, answering, chatModel, forgetAll, halt, say, turns, type Turn } from "./conversation";

export function Chat() {
  const w = t().write.chat;
  const text = useSignal("");
  const box = useRef<HTMLTextAreaElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const list = turns.value;
  useEffect(() => {
    // The newest words stay in sight unless the reader has scrolled away.
    const gap = document.documentElement.scrollHeight - window.scrollY - window.innerHeight;
    if (list.length > 0 && gap < 320) end.current?.scrollIntoView({ block: "end" });
  }, [list, answering.value]);
  const send = (words = text.value) => {
    if (words.trim() === "" || answering.value) return;
    text.value = "";
    void say(words.trim());
    box.current?.focus();
  };
  return (
    <div class="chat">
      <div class="chat-head">
        <select
          class="input select chat-model"
          aria-label={t().write.model}
          value={chatModel.value}
          onChange={(e) => (chatModel.value = e.currentTarget.value)}
        >
          <option value="">{t().write.modelAuto}</option>
          {(options.value?.text.models ?? [])
            .filter((m) => m.installed)
            .map((m) => (
              <option key={m.id} value={m.id} selected={m.id === chatModel.value}>
                {m.id}
              </option>
            ))}
        </select>
        {list.length > 0 ? (
          <Button small icon="plus" onClick={forgetAll}>
            {w.fresh}
          </Button>
        ) : null}
      </div>
      {list.length === 0 ? (
        <Empty icon="words" title={w.empty} text={w.emptyHint}>
          {mayMake.value ? (
            <ul class="chat-ideas">
              {w.ideas.map((idea) => (
                <li key={idea}>
                  <button type="button" class="chip" onClick={() => send(idea)}>
                    {idea}
                  </button>
                </li>
              ))}
            </ul>
          ) : null}
        </Empty>
      ) : (
        <div role="log" aria-label={w.log} aria-busy={answering.value}>
          <ol class="turns">
            {list.map((turn, i) => (
              <TurnView key={i} turn={turn} last={i === list.length - 1} />
            ))}
          </ol>
        </div>
      )}
      <div ref={end} class="chat-end" />
      {mayMake.value ? (
        <form
          class="composer"
          aria-label={w.placeholder}
          onSubmit={(e) => {
            e.preventDefault();
            send();
          }}
        >
          <textarea
            ref={box}
            class="input composer-text"
            rows={Math.min(6, text.value.split("\n").length)}
            aria-label={w.placeholder}
            placeholder={w.placeholder}
            value={text.value}
            onInput={(e) => (text.value = e.currentTarget.value)}
            onKeyDown={(e) => {
              if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
                e.preventDefault();
                send();
              }
            }}
          />
          {answering.value ? (
            <Button icon="stop" onClick={halt}>
              {w.stop}
            </Button>
          ) : (
            <Button type="submit" kind="primary" icon="send">
              {w.send}
            </Button>
          )}
        </form>
      ) : (
        <p class="field-hint">{t().common.viewerOnly}</p>
      )}
    </div>
  );
}

function TurnView({ turn, last }: { turn: Turn; last: boolean }) {
  const w = t().write.chat;
  if (turn.role === "user") {
    return (
      <li class="turn turn-user">
        <p class="turn-who">{w.you}</p>
        <p class="turn-words">{turn.content}</p>
        {last && !answering.value && mayMake.value ? (
          <Button small kind="plain" icon="replay" onClick={() => void again()}>
            {t().app.tryAgain}
          </Button>
        ) : null}
      </li>
    );
  }
  const writing = last && answering.value;
  return (
    <li class="turn turn-answer">
      <p class="turn-who">
        <Mark size={20} />
        {w.assistant}
        <AiLabel text={turn.label} />
      </p>
      {turn.content === "" ? (
        <p class="turn-wait">
          <span class="spinner" aria-hidden="true" />
          {activeCount.value > 0 ? w.waiting : w.thinking}
        </p>
      ) : (
        <Markdown text={turn.content} />
      )}
      {writing ? null : (
        <p class="turn-foot">
          {turn.stopped ? <span>{w.stopped}</span> : null}
          {turn.work ? (
            <a class="work-link" href={href(`gallery/${turn.work}`)}>
              {t().job.open}
              <Icon name="right" size={16} />
            </a>
          ) : null}
          {last && mayMake.value ? (
            <Button small kind="plain" icon="replay" onClick={() => void again()}>
              {w.again}
            </Button>
          ) : null}
        </p>
      )}
    </li>
  );
}
