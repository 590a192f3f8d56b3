"""Funk: a tight break, a slapped synth bass, muted guitar and stabs, brass, shouts."""

from sounds.effects.motion import Chorus
from sounds.effects.space import Echo, Reverb
from sounds.effects.tone import Compressor, Drive, Eq, Sweep
from sounds.filters import bell, high_pass, high_shelf, low_pass, low_shelf
from sounds.score import Beat, Feel, Kit, Loop, Noise, Phrase
from sounds.voices.choir import Choir
from sounds.voices.drums import Hat, Kick, Snare
from sounds.voices.keys import String
from sounds.voices.percussion import Bell, Riser, Shaker, Skin
from sounds.voices.synth import Synth

DRUMS = Loop(
    lines=(
        Beat(
            Kick(end_hz=54, start_hz=190, decay=0.13, click=0.35, punch=1.9),
            "9... ..6. ..8. .5.. | 9.6. ...6 ..8. ....",
            gain=0.64,
        ),
        Beat(
            Snare(hz=205, tone=0.5, noise=0.75, decay=0.11, low_cut=1000, high_cut=10_000),
            ".... 9..2 .2.. 9..3 | .... 9..2 .2.. 9.32",
            gain=0.74,
        ),
        Beat(
            Hat(decay=0.022, metal=0.5),
            "7354 7354 7354 7354 | 7354 7354 7354 735.",
            gain=0.32,
            pan=0.3,
        ),
        Beat(
            Hat(decay=0.2, metal=0.5),
            ".... .... .... .... | .... .... .... ...7",
            gain=0.22,
            pan=0.3,
        ),
    ),
    effects=(
        Eq(bell(350, 0.8, -3), bell(3000, 0.7, 2), high_shelf(8000, 1)),
        Drive(amount=1.4, mix=0.4),
        Reverb(wet=0.06, decay=0.45, name="drum room", delay=0.004),
    ),
)

PERCUSSION = Loop(
    lines=(
        Beat(
            Skin(hz=260, decay=0.11, slap=0.8),
            "..6. 4... ..6. 77.. | ..6. 4... ..6. 7.7.",
            gain=0.5,
            pan=-0.5,
        ),
        Beat(
            Skin(hz=195, decay=0.16, slap=0.45),
            ".... ..7. .... ..77 | .... ..7. .... .77.",
            gain=0.5,
            pan=0.1,
        ),
        Beat(Bell(hz=562), "7... 5.5. ..5. 7... | 7... 5.5. ..5. 7.5.", gain=0.28, pan=0.5),
        Beat(
            Shaker(hz=8000, swell=0.012, decay=0.03),
            "2.4. 2.4. 2.4. 2.4. | 2.4. 2.4. 2.4. 2.44",
            gain=0.5,
            pan=0.3,
        ),
    ),
    effects=(Reverb(wet=0.10, decay=0.6, name="drum room", delay=0.004),),
)

BASS = Loop(
    lines=(
        Phrase(
            Synth(
                attack=0.002,
                decay=0.18,
                sustain=0.45,
                release=0.03,
                cutoff=320,
                sweep=2600,
                sweep_decay=0.07,
                q=1.6,
                sub=0.35,
            ),
            """
                0:D2:1.8:1 3:D3:.6 6:C2:.8:.7 7:D2:1.4:.9 10:A1:.9 11:C2:.9
                13:D3:.6 14:F2:.8:.7 15:D2:.8:.6
                |
                0:G1:1.8:1 3:G2:.6 6:F2:.8:.7 7:G1:1.4:.9 10:D2:.9 11:F2:.9
                13:G2:.6 14:B1:.8 15:C2:.8
            """,
        ),
    ),
    effects=(
        Drive(amount=2.2, mix=0.5),
        Eq(high_pass(38), low_shelf(80, -2), bell(900, 0.7, 6), low_pass(5000)),
        Compressor(ratio=3.5, attack=0.006),
    ),
)

CHORDS = Loop(
    lines=(
        Phrase(
            Synth(
                wave="pulse",
                width=0.22,
                attack=0.002,
                decay=0.12,
                sustain=0.25,
                release=0.03,
                cutoff=700,
                sweep=3200,
                sweep_decay=0.06,
                q=1.3,
                poles=2,
            ),
            """
                2:F3+A3+C4+E4:.7:.9 3:F3+A3+C4+E4:.5:.5 5:F3+A3+C4+E4:.9
                9:F3+A3+C4+E4:.6:.7 11:F3+A3+C4+E4:.6:.6 13:F3+A3+C4+E4:.9:.9
                |
                2:F3+A3+B3+E4:.7:.9 3:F3+A3+B3+E4:.5:.5 5:F3+A3+B3+E4:.9
                9:F3+A3+B3+E4:.6:.7 11:F3+A3+B3+E4:.6:.6 13:G3+B3+E4:.9:.9
            """,
            pan=-0.3,
        ),
        Phrase(
            String(brightness=0.35, ring=0.985, position=0.14, damping=0.02),
            """
                0:A4:.4:.5 1:A4:.3:.3 4:C5:.4:.7 6:A4:.3:.4 7:C5:.4:.6
                8:A4:.4:.5 12:C5:.5 14:A4:.3:.4 15:C5:.3:.5
                |
                0:B4:.4:.5 1:B4:.3:.3 4:D5:.4:.7 6:B4:.3:.4 7:D5:.4:.6
                8:B4:.4:.5 12:D5:.5 14:B4:.3:.4 15:D5:.3:.5
            """,
            gain=0.9,
            pan=0.5,
        ),
    ),
    effects=(
        Eq(high_pass(190), bell(400, 0.9, -2)),
        Sweep(low_hz=1400, high_hz=4500, cycles=4),
        Reverb(wet=0.09, decay=0.7, name="plate"),
    ),
)


def brass(cutoff: float, sweep: float, detune: tuple[float, ...], vibrato: float = 0) -> Synth:
    """A section of detuned saws that opens as it is blown."""
    return Synth(
        detune=detune,
        attack=0.02,
        decay=0.3,
        sustain=0.7,
        release=0.05,
        cutoff=cutoff,
        sweep=sweep,
        sweep_decay=0.16,
        vibrato=vibrato,
    )


LEAD = Loop(
    lines=(
        Phrase(
            brass(900, 2600, (-6, 0, 6), vibrato=10),
            """
                6:A4:.8 7:C5:.8 8:D5:1.6:.95 10:C5:.8:.7 12:D5:.6 14:A4:1:.7
                |
                6:A4:.8 7:C5:.8 8:D5:.8:.9 9:F5:1.2:.95 11:D5:.8 12:C5:.8
                14:A4:1:.7
            """,
            pan=0.2,
        ),
        Phrase(
            brass(800, 2000, (-5, 5)),
            "6:F4:.8 7:A4:.8 8:A4:1.6:.95 | 6:F4:.8 7:A4:.8 8:A4:.8:.9 9:D5:1.2:.95",
            gain=0.6,
            pan=-0.1,
        ),
    ),
    effects=(
        Eq(high_pass(300)),
        Echo(steps=3, feedback=0.3, wet=0.2),
        Reverb(wet=0.12, decay=1.1, name="plate"),
    ),
)


def strings(*detune: float) -> Synth:
    """Saws with a little vibrato, as many as there are detunings."""
    return Synth(
        detune=detune,
        attack=0.25,
        decay=1,
        sustain=0.85,
        release=0.3,
        cutoff=1500,
        poles=2,
        vibrato=8,
    )


PAD = Loop(
    lines=(
        Phrase(strings(-11, -4, 3, 10), "0:A4+D5:14 | 0:G4+B4:15:.85", pan=-0.5),
        Phrase(strings(-10, -3, 4, 11), "0:C5+E5:14 | 0:A4+D5:15:.85", pan=0.5),
    ),
    effects=(
        Eq(high_pass(320)),
        Sweep(low_hz=1600, high_hz=5000),
        Chorus(depth=0.003, cycles=3, wet=0.5),
        Reverb(wet=0.28, decay=1.8, name="hall"),
    ),
)

SHOUT = Choir(begins="ah", ends="eh", morph=0.1, attack=0.012, release=0.06, scoop=90)

VOX = Loop(
    lines=(
        Phrase(
            SHOUT,
            "4:D4:.9:.9 11:C4:.7:.7 15:D4:.9:.9 | 4:D4:.9:.9 10:F4:.7:.8 13:D4:1:.9",
            pan=-0.2,
        ),
        Phrase(
            SHOUT,
            "4:A4:.9:.9 15:A4:.9:.9 | 4:A4:.9:.9 13:A4:1:.9",
            gain=0.7,
            pan=0.3,
        ),
        Noise(Riser(), step=24, length=8, gain=0.08),
    ),
    effects=(
        Eq(high_pass(200), bell(2800, 0.7, 3)),
        Echo(steps=2, feedback=0.3, wet=0.22),
        Reverb(wet=0.16, decay=1.2, name="plate"),
    ),
)

KIT = Kit(
    id="funk",
    title="Funk",
    key="D dorian",
    chords="Dm9 | G13",
    harmony="D F A C E | G B D F A E",
    pentatonic="D F G A C",
    feel=Feel(swing=0.08, looseness=0.0015),
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
