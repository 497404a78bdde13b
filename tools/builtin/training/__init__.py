"""Training of the built-in model: its latent layout, the synthesizer inside its VAE, and the training loops."""
