"""A mel-conditioned WaveNet that predicts what a linear predictor leaves over.

van den Oord et al. 2016 (dilated causal convolutions, gated units, residual and skip connections),
with the output as one logistic mixture of the residual (Oord et al. 2017; Salimans et al. 2017) and
the linear predictor in front of it (Hwang et al. 2018, LP-WaveNet; Valin and Skoglund 2019, LPCNet).
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

INPUTS = 3
MIXTURE = 3
LOWEST_SCALE = -6.0


class WaveNet(nn.Module):
    def __init__(self, channels=48, skip=48, cycles=2, depth=8, condition=96, mels=80):
        super().__init__()
        self.channels, self.skip = channels, skip
        self.dilations = [2**i for _ in range(cycles) for i in range(depth)]
        layers = len(self.dilations)
        self.condition_in = nn.Conv1d(mels, condition, 5)
        self.condition_mid = nn.Conv1d(condition, condition, 1)
        self.condition_out = nn.Conv1d(condition, layers * 2 * channels, 1)
        self.first = nn.Linear(INPUTS, channels)
        # A convolution of two taps as one matrix over [past, now].
        self.gate = nn.ModuleList(nn.Linear(2 * channels, 2 * channels, bias=False) for _ in range(layers))
        self.out = nn.ModuleList(nn.Linear(channels, channels + skip) for _ in range(layers))
        self.head_in = nn.Linear(skip, skip)
        self.head_out = nn.Linear(skip, 3 * MIXTURE)
        for out in self.out:
            nn.init.normal_(out.weight, std=0.5 / math.sqrt(channels))
            nn.init.zeros_(out.bias)
        nn.init.normal_(self.head_out.weight, std=0.02)
        with torch.no_grad():
            # Three logistics about zero, narrow to wide.
            self.head_out.bias.copy_(torch.tensor([0.0] * 3 + [0.0] * 3 + [-2.0, -0.8, 0.3]))

    @property
    def reach(self):
        """Samples of the past that one output sees."""
        return sum(self.dilations) + 1

    def conditions(self, mel):
        """[batch, mels, frames + 4] to a bias per layer, [layers, batch, 2*channels, frames]."""
        x = F.relu(self.condition_in(mel))
        x = F.relu(self.condition_mid(x))
        x = self.condition_out(x)
        return x.view(x.shape[0], len(self.dilations), 2 * self.channels, x.shape[2]).transpose(0, 1)

    def forward(self, inputs, mel, hop):
        """inputs [batch, INPUTS, time], mel [batch, mels, time/hop + 4] to [batch, 3*MIXTURE, time]."""
        conditions = self.conditions(mel)
        batch, _, time = inputs.shape
        x = self.first.weight @ inputs + self.first.bias[:, None]
        skips = 0.0
        c = self.channels
        for dilation, gate, out, condition in zip(self.dilations, self.gate, self.out, conditions):
            past = F.pad(x, (dilation, 0))[:, :, :time]
            z = gate.weight[:, :c] @ past + gate.weight[:, c:] @ x
            z = (z.view(batch, 2 * c, -1, hop) + condition[..., None]).view(batch, 2 * c, time)
            z = torch.tanh(z[:, :c]) * torch.sigmoid(z[:, c:])
            z = out.weight @ z + out.bias[:, None]
            x = (x + z[:, :c]) * math.sqrt(0.5)
            skips = skips + z[:, c:]
        h = F.relu(skips * math.sqrt(1.0 / len(self.dilations)))
        h = F.relu(self.head_in.weight @ h + self.head_in.bias[:, None])
        return self.head_out.weight @ h + self.head_out.bias[:, None]


def negative_log_likelihood(parameters, target):
    """Nats a sample of `target` [batch, time] under the mixture."""
    weights, means, scales = parameters.chunk(3, dim=1)
    scales = scales.clamp(min=LOWEST_SCALE)
    z = (target[:, None] - means) * torch.exp(-scales)
    density = -z.abs() - scales - 2.0 * F.softplus(-z.abs())
    return -torch.logsumexp(F.log_softmax(weights, dim=1) + density, dim=1)
