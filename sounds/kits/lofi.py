"""Lo-fi: a sleepy hip-hop beat, an electric piano on worn tape, a kalimba, old vinyl."""

from sounds.effects.motion import Chorus, Pump, Tremolo, Wow
from sounds.effects.space import Echo, Reverb
from sounds.effects.tone import Compressor, Drive, Eq, Sweep
from sounds.filters import bell, high_pass, high_shelf, low_pass, low_shelf
from sounds.score import Beat, Dust, Feel, Kit, Loop, Phrase
from sounds.voices.choir import Choir
from sounds.voices.drums import Hat, Kick, Snare
from sounds.voices.keys import Bar, ElectricPiano, Mode
from sounds.voices.percussion import Block, Shaker, Skin, Vinyl
from sounds.voices.synth import Synth

DRUMS = Loop(
    lines=(
        Beat(
            Kick(end_hz=50, start_hz=150, decay=0.14, click=0.22, punch=2.0),
            "9... ..6. .8.. .... | 9..5 .... ..8. ..4.",
            gain=0.6,
        ),
        Beat(
            Snare(hz=178, tone=0.5, noise=0.75, decay=0.12, low_cut=700, high_cut=7500),
            ".... 9... .... 9..2 | .... 9..2 .... 9.2.",
            gain=0.66,
        ),
        Beat(
            Hat(decay=0.028, metal=0.35),
            "7.4. 6.4. 7.4. 6.43 | 7.4. 6.43 7.4. 6.4.",
            gain=0.38,
            pan=-0.25,
        ),
        Beat(
            Hat(decay=0.16, metal=0.35),
            ".... .... .... .... | .... .... .... ..6.",
            gain=0.28,
            pan=-0.25,
        ),
    ),
    effects=(
        Eq(high_shelf(9000, -3), bell(250, 0.8, -2), bell(2500, 0.7, 3)),
        Drive(amount=1.5, mix=0.5),
        Reverb(wet=0.07, decay=0.5, name="drum room", delay=0.004),
    ),
)

PERCUSSION = Loop(
    lines=(
        Beat(Shaker(hz=6800), "4253 4253 4253 4253 | 4253 4253 4253 4254", gain=0.5, pan=0.45),
        Beat(
            Skin(hz=235, decay=0.13, slap=0.25),
            ".... ..6. .... 7.5. | .... ..6. ..4. 7.5.",
            gain=0.54,
            pan=-0.4,
        ),
        Beat(
            Skin(hz=172, decay=0.17, slap=0.12),
            "...5 .... ..6. .... | ...5 .... ..6. ....",
            gain=0.5,
            pan=-0.2,
        ),
        Beat(Block(hz=1180), "..6. .6.. ..6. .... | ..6. .6.. ..6. ..6.", gain=0.32, pan=0.25),
    ),
    effects=(Reverb(wet=0.13, decay=0.7, name="drum room", delay=0.004),),
)

BASS = Loop(
    lines=(
        Phrase(
            Synth(
                decay=0.5,
                sustain=0.7,
                release=0.05,
                cutoff=380,
                sweep=1300,
                sweep_decay=0.12,
                tracking=0.2,
            ),
            """
                0:A1:2.6:1 3:A1:1:.6 6:G1:1:.6 7:A1:2.4:.9 10:C2:1.8:.8
                13:E2:1:.7 14:D2:1.5:.7
                |
                0:F1:2.6:1 3:F1:1:.6 6:F1:1:.6 7:C2:2.4:.85 10:A1:1.8:.8
                13:F1:1:.7 14:G1:1.6:.8
            """,
        ),
    ),
    effects=(
        Drive(amount=3.2, mix=0.7),
        Eq(high_pass(38), low_shelf(80, -4), bell(240, 0.8, 2), bell(700, 0.7, 7), low_pass(3200)),
        Compressor(ratio=3),
    ),
)

CHORDS = Loop(
    lines=(
        Phrase(
            ElectricPiano(brightness=1.3),
            """
                0:G3+C4+E4+B4:5.4:.85 6:G3+C4+E4+B4:1.2:.5 10:G3+C4+E4:4.6:.7
                15:A3+C4+E4:.8:.5
                |
                0:A3+C4+E4+G4:5.4:.85 6:A3+C4+E4+G4:1.2:.5 10:G3+A3+C4+E4:4.6:.7
            """,
            strum=0.006,
        ),
    ),
    effects=(
        Eq(high_pass(140), bell(300, 0.8, -5), bell(1500, 0.6, 5), high_shelf(6000, 2)),
        Tremolo(depth=0.16, cycles=24),
        Chorus(depth=0.0022, cycles=3, wet=0.5),
        Wow(depth=0.0006, cycles=3),
        Reverb(wet=0.16, decay=1.2, name="plate"),
    ),
)

LEAD = Loop(
    lines=(
        Phrase(
            Bar(modes=(Mode(1, 1, 0.55), Mode(3.98, 0.36, 0.2), Mode(9.2, 0.07, 0.05))),
            """
                2:E5:2:.7 4:G5:2:.8 5:A5:2:.6 7:E5:2:.75 10:D5:2:.7 11:E5:3:.6
                |
                2:E5:2:.7 4:G5:2:.8 5:A5:2:.6 7:C6:2:.8 9:A5:2:.6 11:G5:3:.7
                14:D5:2:.5
            """,
            pan=0.25,
        ),
    ),
    effects=(
        Chorus(depth=0.0015, cycles=5, wet=0.3),
        Echo(steps=3, feedback=0.4, wet=0.32, high_cut=2800),
        Wow(depth=0.0005, cycles=2),
        Reverb(wet=0.16, decay=1.6, name="hall"),
    ),
)


def strings(*detune: float) -> Synth:
    """Slow saws, as many as there are detunings."""
    return Synth(
        detune=detune, attack=0.5, decay=1.5, sustain=0.8, release=0.5, cutoff=1100, poles=2
    )


PAD = Loop(
    lines=(
        Phrase(
            strings(-9, -3, 4, 10),
            "0:C4+E4+B4:15.6 | 0:C4+E4+A4:15.6",
            pan=-0.55,
        ),
        Phrase(
            strings(-10, -4, 3, 9),
            "0:A3+E4+G4:15.6 | 0:A3+C4+G4:15.6",
            pan=0.55,
        ),
    ),
    effects=(
        Eq(high_pass(230), high_shelf(5000, 2)),
        Sweep(low_hz=1000, high_hz=4500),
        Chorus(depth=0.004, cycles=2, wet=0.6),
        Pump(steps=(0, 8, 16, 24), depth=0.18),
        Reverb(wet=0.35, decay=2.4, name="hall"),
    ),
)

VOX = Loop(
    lines=(
        Phrase(
            Choir(begins="oo", ends="ah", morph=0.2, attack=0.03),
            "8:A4:1.6:.8 13:G4:2.4:.9 | 8:A4:1.6:.8 12:C5:1:.7 13:A4:2:.85",
            pan=-0.15,
        ),
        Phrase(
            Choir(begins="oo", ends="oh", morph=0.3, attack=0.04),
            "13:E4:2.4 | 13:E4:2",
            gain=0.6,
            pan=0.2,
        ),
        Dust(Vinyl(clicks_per_second=26), gain=0.10),
    ),
    effects=(
        Eq(high_pass(180), bell(2600, 0.7, 4), high_shelf(7000, -2)),
        Echo(steps=3, feedback=0.42, wet=0.35, high_cut=2500),
        Wow(depth=0.0007, cycles=3),
        Reverb(wet=0.24, decay=2.0, name="hall"),
    ),
)

KIT = Kit(
    id="lofi",
    title="Lo-fi",
    key="A minor",
    chords="Am9 | Fmaj9",
    harmony="A B C E G | F A C E G",
    pentatonic="A C D E G",
    feel=Feel(swing=0.17, looseness=0.0025),
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
