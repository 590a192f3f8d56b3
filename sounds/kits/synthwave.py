"""Synthwave: straight eighths, gated drums, octave bass, an arpeggio, a pad that breathes."""

from sounds.effects.motion import Chorus, Pump
from sounds.effects.space import Echo, Reverb
from sounds.effects.tone import Compressor, Drive, Eq, Sweep
from sounds.filters import bell, high_pass, low_pass
from sounds.score import Beat, Feel, Kit, Loop, Noise, Phrase
from sounds.voices.choir import Choir
from sounds.voices.drums import Clap, Hat, Kick, Snare
from sounds.voices.percussion import Bell, Riser, Skin
from sounds.voices.synth import Synth

DRUMS = Loop(
    lines=(
        Beat(
            Kick(end_hz=50, start_hz=220, decay=0.16, click=0.4, punch=2.2),
            "9... .... 9... ..6. | 9... ..6. 9... ....",
            gain=0.74,
        ),
        Beat(
            Snare(hz=180, tone=0.5, noise=0.9, decay=0.2, low_cut=700, high_cut=11_000),
            ".... 9... .... 9... | .... 9... .... 9...",
            gain=0.72,
        ),
        Beat(
            Hat(decay=0.03, metal=0.6),
            "8.5. 8.5. 8.5. 8.5. | 8.5. 8.5. 8.5. 8.5.",
            gain=0.26,
            pan=0.25,
        ),
        Beat(
            Skin(hz=170, decay=0.2, drop=0.5, slap=0.1),
            ".... .... .... .... | .... .... .... 7.7.",
            gain=0.6,
            pan=-0.4,
        ),
        Beat(
            Skin(hz=125, decay=0.24, drop=0.5, slap=0.1),
            ".... .... .... .... | .... .... .... ..78",
            gain=0.65,
            pan=0.4,
        ),
    ),
    effects=(
        Drive(amount=1.5, mix=0.5),
        Reverb(wet=0.16, decay=0.9, name="plate", delay=0.003),
    ),
)

PERCUSSION = Loop(
    lines=(
        Beat(Clap(), ".... 8... .... 8... | .... 8... .... 8.5.", gain=0.5),
        Beat(
            Hat(decay=0.018, metal=0.7),
            ".4.6 .4.6 .4.6 .4.6 | .4.6 .4.6 .4.6 .466",
            gain=0.28,
            pan=-0.35,
        ),
        Beat(
            Hat(decay=0.2, metal=0.7),
            "..6. ..6. ..6. ..6. | ..6. ..6. ..6. ..6.",
            gain=0.18,
            pan=-0.35,
        ),
        Beat(Bell(hz=620), ".... ..6. .6.. .... | .... ..6. .6.. 6...", gain=0.18, pan=0.5),
        Beat(
            Skin(hz=300, decay=0.12, drop=0.6, slap=0.05),
            "...6 ..6. .... .... | ...6 ..6. .... ..6.",
            gain=0.45,
            pan=0.5,
        ),
    ),
    effects=(Reverb(wet=0.14, decay=0.9, name="plate", delay=0.003),),
)

BASS = Loop(
    lines=(
        Phrase(
            Synth(
                detune=(-4, 4),
                attack=0.003,
                decay=0.12,
                sustain=0.5,
                release=0.02,
                cutoff=380,
                sweep=1500,
                sweep_decay=0.09,
                q=1.3,
                sub=0.4,
            ),
            """
                0:A1:.82:1 2:A2:.82:.75 3:A1:.82:.75 4:A1:.82:1 6:A2:.82:.75
                7:A1:.82:.75 8:F1:.82:1 10:F2:.82:.75 11:F1:.82:.75 12:F1:.82:1
                14:F2:.82:.75 15:F1:.82:.75
                |
                0:C2:.82:1 2:G2:.82:.75 3:C2:.82:.75 4:C2:.82:1 6:G2:.82:.75
                7:C2:.82:.75 8:G1:.82:1 10:G2:.82:.75 11:G1:.82:.75 12:G1:.82:1
                14:G2:.82:.75 15:G1:.82:.75
            """,
        ),
    ),
    effects=(
        Drive(amount=2.0, mix=0.4),
        Eq(high_pass(36), bell(800, 0.7, 5), low_pass(5000)),
        Pump(steps=(0, 8, 16, 24), depth=0.35, release=0.14),
        Compressor(ratio=3),
    ),
)

CHORDS = Loop(
    lines=(
        Phrase(
            Synth(
                detune=(-8, 0, 8),
                attack=0.003,
                decay=0.25,
                sustain=0.35,
                release=0.08,
                cutoff=900,
                sweep=4200,
                sweep_decay=0.14,
                q=1.0,
            ),
            """
                0:A3+C4+E4:2:.9 3:A3+C4+E4:2:.7 6:A3+C4+E4:1.5 8:A3+C4+F4:2:.9
                11:A3+C4+F4:2:.7 14:A3+C4+F4:1.5
                |
                0:G3+C4+E4:2:.9 3:G3+C4+E4:2:.7 6:G3+C4+E4:1.5 8:G3+B3+D4:2:.9
                11:G3+B3+D4:2:.7 14:G3+B3+D4:1.5
            """,
            pan=-0.25,
        ),
    ),
    effects=(
        Eq(high_pass(170)),
        Chorus(depth=0.003, cycles=3, wet=0.6),
        Echo(steps=3, feedback=0.25, wet=0.15),
        Reverb(wet=0.15, decay=1.4, name="plate"),
    ),
)

LEAD = Loop(
    lines=(
        Phrase(
            Synth(
                wave="pulse",
                width=0.3,
                attack=0.003,
                decay=0.12,
                sustain=0.3,
                release=0.06,
                cutoff=900,
                sweep=4200,
                sweep_decay=0.08,
                q=1.1,
            ),
            """
                1:C5:.8:.65 2:E5:.8:.65 3:A5:.8:.85 5:C5:.8:.65 6:E5:.8:.9
                7:C5:.8:.65 8:A4:.8:.65 9:C5:.8:.65 10:E5:.8:.65 11:G5:.8:.85
                12:E5:.8:.65 13:C5:.8:.65 14:A5:.8:.9 15:G5:.8:.65
                |
                1:C5:.8:.65 2:E5:.8:.65 3:G5:.8:.85 5:C5:.8:.65 6:E5:.8:.9
                7:C5:.8:.65 8:G4:.8:.65 9:A4:.8:.65 11:D5:.8:.85 12:G5:.8:.65
                13:D5:.8:.65 14:A5:.8:.9 15:G5:.8:.65
            """,
            pan=0.15,
        ),
    ),
    effects=(
        Eq(high_pass(300)),
        Sweep(low_hz=2200, high_hz=7000),
        Echo(steps=3, feedback=0.4, wet=0.28, high_cut=5000),
        Reverb(wet=0.15, decay=1.6, name="hall"),
    ),
)


def strings(*detune: float) -> Synth:
    """Bright saws, as many as there are detunings."""
    return Synth(
        detune=detune, attack=0.12, decay=1, sustain=0.9, release=0.25, cutoff=2200, poles=2
    )


PAD_BARS = "0:A3+E4+C5:7.9 8:A3+F4+C5:7.9 | 0:G3+E4+C5:7.9 8:G3+D4+B4:7.9"

PAD = Loop(
    lines=(
        Phrase(strings(-13, -6, 2, 9), PAD_BARS, pan=-0.6),
        Phrase(strings(-9, -2, 6, 13), PAD_BARS, pan=0.6),
    ),
    effects=(
        Eq(high_pass(250)),
        Pump(steps=(0, 4, 8, 12, 16, 20, 24, 28), depth=0.55, release=0.2),
        Chorus(depth=0.003, cycles=2, wet=0.4),
        Reverb(wet=0.28, decay=2.2, name="hall"),
    ),
)

CHOIR = Choir(begins="oo", ends="ah", morph=0.6, attack=0.15, release=0.3, singers=5)

VOX = Loop(
    lines=(
        Phrase(CHOIR, "4:E4:3.2 | 4:G4:3.2:.85 10:G4:5", pan=-0.35),
        Phrase(CHOIR, "4:A4:6 | 4:C5:3.2:.85 10:D5:5", pan=0.35),
        Noise(Riser(low_hz=500, high_hz=8000), step=24, length=8, gain=0.08),
        Noise(Riser(low_hz=400, high_hz=7000, falling=True), step=0, length=8, gain=0.08),
    ),
    effects=(
        Eq(high_pass(220), bell(2800, 0.7, 3)),
        Echo(steps=3, feedback=0.3, wet=0.2),
        Reverb(wet=0.35, decay=2.6, name="hall"),
    ),
)

KIT = Kit(
    id="synthwave",
    title="Synthwave",
    key="A minor",
    chords="Am F | C G",
    harmony="A C E, F A C | C E G, G B D",
    pentatonic="A C D E G",
    feel=Feel(),
    loops={
        "drums": DRUMS,
        "percussion": PERCUSSION,
        "bass": BASS,
        "chords": CHORDS,
        "lead": LEAD,
        "pad": PAD,
        "vox": VOX,
    },
)
