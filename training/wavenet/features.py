"""Log-mel spectra and the linear predictor that is derived from them.

Rust does the same in `crates/colophon-audio/src/vocoder/{mel,lpc}.rs`; the fixture of
`export.py --fixture` holds both to it.
"""

import numpy as np

RATE = 16_000
N_FFT = 1024
WINDOW = 512
HOP = 128
MELS = 80
TOP = 8_000.0
FLOOR = 1e-5
ORDER = 16
EMPHASIS = 0.85


def hz_to_mel(hz):
    """Slaney's scale: linear below 1 kHz, logarithmic above."""
    hz = np.asarray(hz, np.float64)
    step = np.log(6.4) / 27.0
    return np.where(hz < 1000.0, hz * 3.0 / 200.0, 15.0 + np.log(np.maximum(hz, 1.0) / 1000.0) / step)


def mel_to_hz(mel):
    mel = np.asarray(mel, np.float64)
    step = np.log(6.4) / 27.0
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp(step * (mel - 15.0)))


def filters(rate=RATE, n_fft=N_FFT, mels=MELS, top=TOP):
    """Triangles of equal area (Slaney), shape [mels, n_fft/2 + 1]."""
    points = mel_to_hz(np.linspace(0.0, hz_to_mel(top), mels + 2))
    bins = np.arange(n_fft // 2 + 1) * rate / n_fft
    out = np.zeros((mels, len(bins)))
    for m in range(mels):
        left, centre, right = points[m : m + 3]
        up, down = (bins - left) / (centre - left), (right - bins) / (right - centre)
        out[m] = np.maximum(0.0, np.minimum(up, down)) * 2.0 / (right - left)
    return out


def log_mel(samples):
    """Natural log of mel magnitudes, shape [frames, MELS]; frame t is centred on sample t*HOP + HOP/2."""
    window = np.zeros(N_FFT)
    left = (N_FFT - WINDOW) // 2
    window[left : left + WINDOW] = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW) / WINDOW)
    frames = (len(samples) + HOP - 1) // HOP
    front = (N_FFT - HOP) // 2
    padded = np.zeros(frames * HOP + N_FFT)
    padded[front : front + len(samples)] = samples
    at = np.arange(frames)[:, None] * HOP + np.arange(N_FFT)[None, :]
    spectrum = np.abs(np.fft.rfft(padded[at] * window, axis=1))
    return np.log(np.maximum(spectrum @ filters().T, FLOOR))


def predictor(mel):
    """Coefficients [frames, ORDER] and residual gains [frames] of the pre-emphasised signal.

    The mel magnitudes are spread over the bins by linear interpolation between the centres of the
    bands; the power spectrum times the response of the pre-emphasis gives the autocorrelation, and
    Levinson's recursion the coefficients. x[t] is predicted as sum a[k] x[t-1-k].
    """
    points = mel_to_hz(np.linspace(0.0, hz_to_mel(TOP), MELS + 2))
    bins = np.arange(N_FFT // 2 + 1) * RATE / N_FFT
    area = filters().sum(axis=1)
    level = np.exp(np.asarray(mel, np.float64)) / np.maximum(area, 1e-9)
    power = np.stack([np.interp(bins, points[1:-1], row) for row in level]) ** 2
    angle = 2.0 * np.pi * np.arange(N_FFT // 2 + 1) / N_FFT
    power *= 1.0 + EMPHASIS**2 - 2.0 * EMPHASIS * np.cos(angle)
    # The energy of one sample: |X|^2 summed over the window's energy.
    correlation = np.fft.irfft(power, axis=1)[:, : ORDER + 1] / (WINDOW * 0.375)
    lag = np.arange(ORDER + 1)
    correlation *= np.exp(-0.5 * (2.0 * np.pi * 40.0 / RATE * lag) ** 2)
    correlation[:, 0] = correlation[:, 0] * (1.0 + 1e-5) + 1e-9
    coefficients = np.zeros((len(mel), ORDER))
    error = correlation[:, 0].copy()
    for i in range(ORDER):
        reflected = correlation[:, i + 1] - np.einsum("fk,fk->f", coefficients[:, :i], correlation[:, i:0:-1])
        k = reflected / error
        before = coefficients[:, :i].copy()
        coefficients[:, :i] = before - k[:, None] * before[:, ::-1]
        coefficients[:, i] = k
        error *= 1.0 - k * k
    return coefficients, np.sqrt(np.maximum(error, 1e-10))


def emphasise(samples):
    out = np.asarray(samples, np.float64).copy()
    out[1:] -= EMPHASIS * samples[:-1]
    return out
