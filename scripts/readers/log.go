// Checks a log by Go's own implementation of transparency logs, which the checksum database of Go uses: the signature
// of the checkpoint, and that the tree of its tiles holds an entry for each file. `scripts/check-readers` runs it.
//
//	log DIR < list      with the log's signing key in LOG_KEY; a line of the list is "SHA256 NAME"
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Tiles of 256 hashes, where C2SP tlog-tiles has them: as Go has them, without the height.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) path(tile tlog.Tile) string {
	rest := strings.TrimPrefix(tile.Path(), "tile/8/")
	return filepath.Join(t.dir, "tile", strings.Replace(rest, "data/", "entries/", 1))
}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(t.path(tile))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// The verifier of a signing key: PRIVATE+KEY+name+id+base64.
func verifier(key string) note.Verifier {
	parts := strings.SplitN(strings.TrimSpace(key), "+", 5)
	if len(parts) != 5 {
		log.Fatal("the log's key is none")
	}
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(seed) != 33 {
		log.Fatal("the log's key is none")
	}
	public := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	text, err := note.NewEd25519VerifierKey(parts[2], public)
	if err != nil {
		log.Fatal(err)
	}
	made, err := note.NewVerifier(text)
	if err != nil {
		log.Fatal(err)
	}
	return made
}

func main() {
	here := tiles{os.Args[1]}
	text, err := os.ReadFile(filepath.Join(here.dir, "checkpoint"))
	if err != nil {
		log.Fatal(err)
	}
	signed, err := note.Open(text, note.VerifierList(verifier(os.Getenv("LOG_KEY"))))
	if err != nil {
		log.Fatal(err)
	}
	// Go's own reader wants the first line of its own checksum database.
	lines := strings.SplitN(signed.Text, "\n", 2)
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
	if err != nil {
		log.Fatal(err)
	}
	hashes := tlog.TileHashReader(tree, here)

	// The entries, each after its length.
	var records [][]byte
	for n := int64(0); n*256 < tree.N; n++ {
		width := int(tree.N - n*256)
		if width > 256 {
			width = 256
		}
		data, err := os.ReadFile(here.path(tlog.Tile{H: 8, L: -1, N: n, W: width}))
		if err != nil {
			log.Fatal(err)
		}
		for len(data) > 1 {
			size := int(binary.BigEndian.Uint16(data))
			if len(data) < 2+size {
				log.Fatal("an entry is cut short")
			}
			records, data = append(records, data[2:2+size]), data[2+size:]
		}
	}
	if int64(len(records)) != tree.N {
		log.Fatalf("%d entries, and the checkpoint tells of %d", len(records), tree.N)
	}

	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		sum, name, _ := strings.Cut(input.Text(), " ")
		verdict := "no entry has its hash"
		for at, record := range records {
			if !bytes.Contains(record, []byte(sum)) {
				continue
			}
			proof, err := tlog.ProveRecord(tree.N, int64(at), hashes)
			if err == nil {
				err = tlog.CheckRecord(proof, tree.N, tree.Hash, int64(at), tlog.RecordHash(record))
			}
			verdict = "in the tree"
			if err != nil {
				verdict = err.Error()
			}
		}
		fmt.Printf("%s: %s\n", name, verdict)
	}
}
