const NOTES = [
  { hertz: 659.25, at: 0 },
  { hertz: 880, at: 0.13 },
];

/** Two soft notes. Browsers are silent until somebody has touched the page, so the first press or
 * key anywhere opens the instrument. */
export class Chime {
  #context: AudioContext | null = null;

  constructor(page: EventTarget) {
    const open = () => {
      this.#context ??= new AudioContext();
      void this.#context.resume();
    };
    page.addEventListener("pointerdown", open, { once: true });
    page.addEventListener("keydown", open, { once: true });
  }

  ring(): void {
    const context = this.#context;
    if (context?.state !== "running") return;
    for (const { hertz, at } of NOTES) {
      const start = context.currentTime + at;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.type = "sine";
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(0.14, start + 0.012);
      volume.gain.exponentialRampToValueAtTime(0.0008, start + 0.55);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.6);
    }
  }
}
