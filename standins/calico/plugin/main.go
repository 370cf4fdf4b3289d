// A CNI plugin that stands last in the stand-in for Calico's list: it writes a Pod's address on the Pod, as
// Calico's own plugin does since a kubelet takes a second to tell it (projectcalico/libcalico-go pull request 709).
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const annotation = "cni.projectcalico.org/podIP"

type request struct {
	Kubeconfig string          `json:"kubeconfig"`
	Previous   json.RawMessage `json:"prevResult"`
}

type result struct {
	IPs []struct {
		Address string `json:"address"`
	} `json:"ips"`
}

type kubeconfig struct {
	Clusters []struct {
		Cluster struct {
			Server    string `json:"server"`
			Authority []byte `json:"certificate-authority-data"`
		} `json:"cluster"`
	} `json:"clusters"`
	Users []struct {
		User struct {
			Token string `json:"token"`
		} `json:"user"`
	} `json:"users"`
}

func main() {
	switch os.Getenv("CNI_COMMAND") {
	case "VERSION":
		fmt.Println(`{"cniVersion":"0.3.1","supportedVersions":["0.3.0","0.3.1","0.4.0"]}`)
	case "ADD":
		var asked request
		if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
			fail(err)
		}
		// The Pod has its network by now; that nobody may know its address yet is no reason to refuse it.
		if err := annotate(asked); err != nil {
			fmt.Fprintln(os.Stderr, "calico-stand-in: the Pod's address was not written on it:", err)
		}
		os.Stdout.Write(asked.Previous)
	}
}

func fail(problem error) {
	json.NewEncoder(os.Stdout).Encode(map[string]any{"cniVersion": "0.3.1", "code": 6, "msg": problem.Error()})
	os.Exit(1)
}

func annotate(asked request) error {
	var made result
	if err := json.Unmarshal(asked.Previous, &made); err != nil || len(made.IPs) == 0 {
		return fmt.Errorf("no address in the result before ours: %v", err)
	}
	address, _, _ := strings.Cut(made.IPs[0].Address, "/")
	namespace, pod := argument("K8S_POD_NAMESPACE"), argument("K8S_POD_NAME")
	content, err := os.ReadFile(asked.Kubeconfig)
	if err != nil {
		return err
	}
	var config kubeconfig
	if err := json.Unmarshal(content, &config); err != nil || len(config.Clusters) == 0 || len(config.Users) == 0 {
		return fmt.Errorf("%s names no cluster and user: %v", asked.Kubeconfig, err)
	}
	patch, _ := json.Marshal(map[string]any{
		"metadata": map[string]any{"annotations": map[string]string{annotation: address + "/32"}},
	})
	return send(config, fmt.Sprintf("/api/v1/namespaces/%s/pods/%s/status", namespace, pod), patch)
}

func send(config kubeconfig, path string, patch []byte) error {
	cluster := config.Clusters[0].Cluster
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(cluster.Authority)
	client := http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities}},
	}
	asked, err := http.NewRequest(http.MethodPatch, cluster.Server+path, bytes.NewReader(patch))
	if err != nil {
		return err
	}
	asked.Header.Set("Content-Type", "application/merge-patch+json")
	asked.Header.Set("Authorization", "Bearer "+config.Users[0].User.Token)
	answer, err := client.Do(asked)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 300))
		return fmt.Errorf("%s: %s", answer.Status, said)
	}
	return nil
}

// argument returns what the runtime says of the Pod: CNI_ARGS is "NAME=value;NAME=value".
func argument(name string) string {
	for _, pair := range strings.Split(os.Getenv("CNI_ARGS"), ";") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}
